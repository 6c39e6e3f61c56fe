/** Bytes and their texts, without any runtime's own types. */

const ENCODER = new TextEncoder()
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** Two digits for each 12 bits. */
const PAIRS = Array.from(ALPHABET).flatMap((first) => Array.from(ALPHABET, (second) => first + second))
const NO_DIGIT = 64
/** The value of each digit, by its code. */
const VALUES = new Uint8Array(128).fill(NO_DIGIT)
for (const [value, char] of Array.from(ALPHABET).entries()) VALUES[char.charCodeAt(0)] = value

/** UTF-8 bytes of a text. */
export const fromUtf8 = (text: string): Uint8Array => ENCODER.encode(text)

/** Text of UTF-8 bytes. Throws on bytes that are not UTF-8. */
export const toUtf8 = (bytes: Uint8Array): string => DECODER.decode(bytes)

/** base64url (RFC 4648 §5) without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  let text = ''
  const rest = bytes.length % 3
  const whole = bytes.length - rest
  for (let index = 0; index < whole; index += 3) {
    const group = ((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0)
    text += `${PAIRS[group >> 12]}${PAIRS[group & 4_095]}`
  }
  if (rest === 1) text += PAIRS[(bytes[whole] ?? 0) << 4]
  if (rest === 2) {
    const group = ((bytes[whole] ?? 0) << 8) | (bytes[whole + 1] ?? 0)
    text += `${PAIRS[group >> 4]}${ALPHABET.charAt((group & 15) << 2)}`
  }
  return text
}

/** Bytes of a base64url text without padding; undefined when it is none. Unused low bits must be zero: one text, one value. */
export function fromBase64Url(text: string): Uint8Array | undefined {
  const rest = text.length % 4
  if (rest === 1) return undefined
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let bits = 0
  let group = 0
  let at = 0
  for (let index = 0; index < text.length; index++) {
    const value = VALUES[text.charCodeAt(index)] ?? NO_DIGIT
    if (value === NO_DIGIT) return undefined
    group = ((group << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (group >> bits) & 0xff
    }
  }
  return (group & ((1 << bits) - 1)) === 0 ? bytes : undefined
}

/** Whether two byte strings are equal, in time that depends on their lengths only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let index = 0; index < a.length; index++) difference |= (a[index] ?? 0) ^ (b[index] ?? 0)
  return difference === 0
}
