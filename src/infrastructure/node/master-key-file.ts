import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toBase64Url } from '#common/bytes.ts'
import { MASTER_KEY_BYTES } from '#domain/keys/master-key.ts'
import { nodeCryptography } from '../shared/node-cryptography.ts'

/** The master key of a development installation: made on the first start, readable by its owner only. */
export function masterKeyFile(folder: string): string {
  const file = join(folder, 'master-key')
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, toBase64Url(nodeCryptography.randomBytes(MASTER_KEY_BYTES)), { mode: 0o600, flag: 'wx' })
  }
  return readFileSync(file, 'utf8').trim()
}
