import { createHash } from 'node:crypto'
import type { Cryptography } from '#domain/ports/cryptography.ts'
import { createKeyVault } from '#domain/keys/master-key.ts'
import type { WriterTools } from '#domain/writer/decide-batch.ts'
import { nodeCompression } from '#infrastructure/shared/node-compression.ts'
import { nodeCryptography } from '#infrastructure/shared/node-cryptography.ts'

/** When tests begin: a fixed instant, so that no test depends on the day it is run. */
export const START = Date.parse('2026-03-01T12:00:00.000Z')

export interface VirtualClock {
  now: number
  advance(milliseconds: number): void
}

export interface TestTools extends WriterTools {
  readonly virtual: VirtualClock
}

/** The writer's tools with real cryptography, a clock that only tests move, and keys that are the same in every run. */
export function testTools(seed = 'seed', start = START): TestTools {
  let drawn = 0
  const cryptography: Cryptography = {
    ...nodeCryptography,
    randomBytes: (length) => createHash('shake256', { outputLength: length }).update(`${seed}/${drawn++}`).digest(),
  }
  const virtual: VirtualClock = {
    now: start,
    advance(milliseconds) {
      this.now += milliseconds
    },
  }
  return {
    virtual,
    clock: () => virtual.now,
    cryptography,
    keyVault: createKeyVault(new Uint8Array(32).fill(7), cryptography),
    compression: nodeCompression,
    region: 'local',
  }
}
