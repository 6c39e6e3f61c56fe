import type { Directory, DirectoryKind } from '#domain/ports/directory.ts'
import { nodeCryptography } from '../shared/node-cryptography.ts'

/** Digits of a key's hash that choose its shard: 4,096 objects a kind, so that none serves the whole world. */
const SHARD_DIGITS = 3

/** The directory of the edge, sharded over Durable Objects by key. */
export function createDurableDirectory(namespace: Env['DIRECTORY']): Directory {
  const shard = (kind: DirectoryKind, key: string) =>
    namespace.getByName(`${kind}:${nodeCryptography.sha256Hex(key).slice(0, SHARD_DIGITS)}`)
  return {
    reserve: (kind, key, entry, leaseMs, displaced) => shard(kind, key).reserve(key, entry, leaseMs, displaced),
    confirm: (kind, key, entry, position) => shard(kind, key).confirm(key, entry, position, kind === 'email'),
    release: (kind, key, tenantId, position) => shard(kind, key).release(key, tenantId, position),
    find: (kind, key) => shard(kind, key).find(key),
  }
}
