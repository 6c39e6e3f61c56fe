import { inject } from 'vitest'
import { UpstashCache } from '#infrastructure/shared/upstash-cache.ts'
import { cacheContract } from '../contract/cache.contract.ts'
import type { UpstashAddress } from '../support/upstash/provided-context.ts'
import { upstashUnderTest } from '../support/upstash/upstash-under-test.ts'

const address: UpstashAddress = inject('upstash')
// `npm test` knows this start of the message, and reports the file as not run.
if ('notRun' in address) throw new Error(`not run: ${address.notRun}`)
const upstash = address

cacheContract('Upstash', () => upstashUnderTest(new UpstashCache(upstash), upstash))
