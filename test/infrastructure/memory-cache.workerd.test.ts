import { cacheContract } from '../contract/cache.contract.ts'
import { memoryUnderTest } from '../support/memory-cache-under-test.ts'

cacheContract('memory', memoryUnderTest)
