import { fromBase64Url } from '#common/bytes.ts'

/** argon2id, 19 MiB, 2 passes, 1 lane (OWASP). Memory in KiB. */
export const ARGON2 = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32, saltLength: 16 } as const

/** What is still computed of a stored hash: beyond it, one login would take the memory and time of all others. */
const LIMITS = { memory: 262_144, passes: 16, parallelism: 4 } as const

export interface Argon2Parameters {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
  readonly salt: Uint8Array
  readonly tag: Uint8Array
}

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{8,128})\$([A-Za-z0-9+/]{16,128})$/

const fromPhcBase64 = (text: string) => fromBase64Url(text.replaceAll('+', '-').replaceAll('/', '_'))

/** Parts of a PHC string of argon2id; undefined when it is none, or asks for more than we would ever compute. */
export function parsePhc(text: string): Argon2Parameters | undefined {
  const match = PHC.exec(text)
  const salt = match && fromPhcBase64(match[4] ?? '')
  const tag = match && fromPhcBase64(match[5] ?? '')
  if (!match || !salt || !tag) return undefined
  const [memory, passes, parallelism] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const computable =
    parallelism >= 1 &&
    parallelism <= LIMITS.parallelism &&
    passes >= 1 &&
    passes <= LIMITS.passes &&
    memory >= 8 * parallelism &&
    memory <= LIMITS.memory
  return computable ? { memory, passes, parallelism, salt, tag } : undefined
}

const toPhcBase64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes)).replaceAll('=', '')

export const formatPhc = ({ memory, passes, parallelism, salt, tag }: Argon2Parameters): string =>
  `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${toPhcBase64(salt)}$${toPhcBase64(tag)}`
