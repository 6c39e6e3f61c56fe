import { parseMasterKey, createKeyVault } from '#domain/keys/master-key.ts'
import type { Clock } from '#domain/ports/clock.ts'
import type { WriterTools } from '#domain/writer/decide-batch.ts'
import { nodeCompression } from '#infrastructure/shared/node-compression.ts'
import { nodeCryptography } from '#infrastructure/shared/node-cryptography.ts'

const MASTER_KEY = parseMasterKey('A'.repeat(43)) ?? new Uint8Array(32)

export const testVault = createKeyVault(MASTER_KEY, nodeCryptography)

/** What a writer needs beside its storage. Time stands still unless a clock is given. */
export const writerTools = (clock: Clock = () => Date.parse('2026-11-24T12:00:00Z')): WriterTools => ({
  clock,
  cryptography: nodeCryptography,
  keyVault: testVault,
  compression: nodeCompression,
  region: 'test',
})
