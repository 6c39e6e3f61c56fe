import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADMIN, startProduct, type RunningProduct } from './e2e/running-product.ts'

const TOUR = /<!-- tour -->\s*```sh\n([\s\S]*?)```/

describe('the tour of the README', () => {
  let product: RunningProduct

  beforeAll(async () => {
    product = await startProduct('tools/start-container.ts')
  }, 90_000)
  afterAll(async () => {
    await product.kill()
    product.clean()
  })

  it('works as it is written', async () => {
    const script = TOUR.exec(readFileSync('README.md', 'utf8'))?.[1] ?? ''
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: mkdtempSync(join(tmpdir(), 'acci-tour-')),
      env: {
        ...process.env,
        ACCI_URL: product.url,
        ACCI_ADMIN_EMAIL: ADMIN.email,
        ACCI_ADMIN_PASSWORD: ADMIN.password,
      },
    })
    expect(stdout).toContain('"total":2')
    expect(stdout).toContain('"tenant.created"')
  })
})
