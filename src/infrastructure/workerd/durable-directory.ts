import type { Directory, DirectoryKind, Reservation } from '#domain/ports/directory.ts'
import { nodeCryptography } from '../shared/node-cryptography.ts'
import { calledObject } from './called-object.ts'

/** Digits of a key's hash that choose its shard: 4,096 objects a kind, so that none serves the whole world. */
const SHARD_DIGITS = 3

/** The directory of the edge, sharded over Durable Objects by key. */
export function createDurableDirectory(namespace: Env['DIRECTORY']): Directory {
  const shard = (kind: DirectoryKind, key: string) =>
    namespace.getByName(`${kind}:${nodeCryptography.sha256Hex(key).slice(0, SHARD_DIGITS)}`)
  return {
    reserve: (kind, key, entry, leaseMs, displaced) =>
      calledObject<Reservation>(() => shard(kind, key).reserve(key, entry, leaseMs, displaced)),
    confirm: (kind, key, entry, position) =>
      calledObject(() => shard(kind, key).confirm(key, entry, position, kind === 'email')),
    release: (kind, key, tenantId, position) => calledObject(() => shard(kind, key).release(key, tenantId, position)),
    find: (kind, key) => calledObject(() => shard(kind, key).find(key)),
  }
}
