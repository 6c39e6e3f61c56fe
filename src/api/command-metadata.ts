import { fromUtf8 } from '#common/bytes.ts'
import { encodeUuid, ID_PREFIXES } from '#common/ids.ts'
import { canonicalJson, type Json } from '#common/json.ts'
import { newId } from '#domain/new-id.ts'
import { openForHolder, sealForHolder } from '#domain/keys/holder-seal.ts'
import type { CommandMetadata, Receipt, ReplayKey } from '#domain/writer/command.ts'
import type { AppContext } from './context.ts'
import { RefusalError } from './refusal-error.ts'

const IDEMPOTENCY_KEY = /^[\u0021-\u007e]{1,255}$/
const ENTITY_TAG = /^(?:W\/)?"(\d{1,15})"$/

/** One write's claim to be done once: what the caller's `Idempotency-Key` stands for. */
export interface WriteOnce {
  readonly metadata: Omit<CommandMetadata, 'actor' | 'policyVersion'>
  /** 16 bytes that are the same for the same key, random without one: ids that must survive a retry are made of them. */
  readonly seed: (purpose: string) => Uint8Array
  /** Metadata whose answer carries a secret that only the holder of the key may see again. */
  readonly withSecret: (secret: Json) => Omit<CommandMetadata, 'actor' | 'policyVersion'>
  /** The secret that belongs to a receipt: the first caller's own, or what the record kept for this key. */
  readonly secretOf: (receipt: Receipt, own: Json) => Json | undefined
}

/** The version `If-Match` names; undefined without the header or for `*`. */
export function expectedVersion(c: AppContext): number | undefined {
  const header = c.req.header('if-match')?.trim()
  if (header === undefined || header === '*') return undefined
  const version = ENTITY_TAG.exec(header)?.[1]
  if (version === undefined) throw new RefusalError({ code: 'request.invalid_header', params: { header: 'If-Match' } })
  return Number(version)
}

/**
 * Reads `Idempotency-Key` (G-11). A key counts per caller and route. The key itself is not stored: its hash finds the
 * record, and the key seals what in the answer is secret.
 */
export function writeOnce(c: AppContext, route: string, request: Json): WriteOnce {
  const { cryptography } = c.get('services')
  const key = c.get('idempotencyKey')
  const base = { correlationId: c.get('correlationId') }
  const version = expectedVersion(c)
  const condition = version === undefined ? {} : { expectedVersion: version }
  if (key === undefined) {
    const metadata = { ...base, ...condition, commandId: newId.command() }
    const secrets = cryptography.randomBytes(32)
    return {
      metadata,
      seed: (purpose) => cryptography.hmacSha256(secrets, purpose).subarray(0, 16),
      withSecret: () => metadata,
      secretOf: (_receipt, own) => own,
    }
  }
  if (!IDEMPOTENCY_KEY.test(key))
    throw new RefusalError({ code: 'request.invalid_header', params: { header: 'Idempotency-Key' } })
  const caller = c.get('principal')?.userId ?? 'anonymous'
  const recordId = cryptography.sha256Base64Url(canonicalJson([caller, route, key]))
  const fingerprint = cryptography.sha256Hex(canonicalJson(request))
  const commandId = `${ID_PREFIXES.command}_${encodeUuid(cryptography.sha256(`command/${recordId}`))}`
  const metadata = (replay: ReplayKey) => ({ ...base, ...condition, commandId, replay })
  return {
    metadata: metadata({ recordId, fingerprint }),
    seed: (purpose) => cryptography.hmacSha256(fromUtf8(`${caller}/${key}`), `${recordId}/${purpose}`).subarray(0, 16),
    withSecret: (secret) =>
      metadata({
        recordId,
        fingerprint,
        sealedReply: sealForHolder(cryptography, key, recordId, JSON.stringify(secret)),
      }),
    secretOf(receipt, own) {
      if (!receipt.replayed) return own
      const text =
        receipt.sealedReply === undefined ? undefined : openForHolder(cryptography, key, recordId, receipt.sealedReply)
      return text === undefined ? undefined : (JSON.parse(text) as Json) // sealed above
    },
  }
}
