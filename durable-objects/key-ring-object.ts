import { DurableObject } from 'cloudflare:workers'
import type { KeyRingState } from '#domain/keys/key-ring.ts'

const KEY = 'ring'

/** Keeps the key ring: the one object of its kind. */
export class KeyRingObject extends DurableObject<Env> {
  read(): KeyRingState | undefined {
    return this.ctx.storage.kv.get<KeyRingState>(KEY)
  }

  write(expectedRevision: number, state: KeyRingState): boolean {
    if ((this.read()?.revision ?? 0) !== expectedRevision) return false
    this.ctx.storage.kv.put(KEY, state)
    return true
  }
}
