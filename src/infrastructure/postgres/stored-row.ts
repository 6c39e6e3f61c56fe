import { GENESIS_HASH } from '#common/envelope.ts'
import type { Json } from '#common/json.ts'
import type { Head, StoredRow } from '#domain/ports/tenant-storage.ts'
import type { SqlRow } from './sql-session.ts'

const EMPTY: Head = { position: 0, hash: GENESIS_HASH, revision: 0 }

/** A row of `tenant_log.tenant`; a tenant that has none has an empty log. */
export const headOf = (row: SqlRow | undefined): Head =>
  row ? { position: Number(row['position']), hash: String(row['hash']), revision: Number(row['revision']) } : EMPTY

/** A row of `tenant_log.row`. */
export const rowOf = (row: SqlRow): StoredRow => ({
  ref: String(row['ref']),
  version: Number(row['version']),
  value: JSON.parse(String(row['body'])) as Json, // written by the tenant's storage
  ...(row['expires_at'] !== null && { expiresAt: Number(row['expires_at']) }),
})
