import type { KeyRingStore } from '#domain/ports/key-ring.ts'
import { calledObject } from './called-object.ts'

/** The key ring in its Durable Object. */
export function createDurableKeyRingStore(namespace: Env['KEY_RING']): KeyRingStore {
  // The runtime's own type of a stub wraps every value it may give back; the ring is plain data.
  const ring = () => namespace.getByName('access-tokens') as unknown as KeyRingStore
  return {
    read: () => calledObject(() => ring().read()),
    write: (expectedRevision, state) => calledObject(() => ring().write(expectedRevision, state)),
  }
}
