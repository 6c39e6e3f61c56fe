import { fromBase64Url, fromUtf8, toBase64Url, toUtf8 } from '#common/bytes.ts'
import type { EventEnvelope, SealedPersonal } from '#common/envelope.ts'
import type { JsonObject } from '#common/json.ts'
import type { Cryptography } from '../ports/cryptography.ts'

/** Seals the personal fields of one event; the event's id is authenticated, so a box cannot be moved to another event. */
export const sealPersonal = (
  cryptography: Cryptography,
  keyId: string,
  key: Uint8Array,
  eventId: string,
  personal: JsonObject,
): SealedPersonal => ({
  ciphertext: toBase64Url(cryptography.seal(key, fromUtf8(JSON.stringify(personal)), eventId)),
  keyId,
})

/** The personal fields of an event, or undefined when there are none or the key does not open them. */
export function openPersonal(
  cryptography: Cryptography,
  key: Uint8Array,
  event: EventEnvelope,
): JsonObject | undefined {
  if (!event.personal) return undefined
  const sealed = fromBase64Url(event.personal.ciphertext)
  const text = sealed && cryptography.open(key, sealed, event.eventId)
  return text && (JSON.parse(toUtf8(text)) as JsonObject) // authenticated: only sealPersonal can have made it
}
