const UNTRUSTED = 'tls_untrusted'
/** What goes wrong with TLS, by what Node and OpenSSL say of it, whose words differ from release to release. */
const FAULTS: readonly (readonly [code: string, said: RegExp, meaning: string])[] = [
  ['tls_expired', /certificate has expired|CERT_HAS_EXPIRED/i, 'the certificate of the event store has expired'],
  [
    'tls_wrong_name',
    /ALTNAME_INVALID|does not match certificate/i,
    'the certificate of the event store is for another name than the one in EVENTSTORE_URL',
  ],
  [
    UNTRUSTED,
    /certificate|self.signed|unable to get (?:local )?issuer/i,
    'the certificate of the event store is of an authority that is not trusted here',
  ],
  [
    'tls_not_spoken',
    /wrong version number|packet length too long|record layer failure|http request/i,
    'the event store does not speak TLS there, and EVENTSTORE_URL asks for it',
  ],
]
const ENDED = /Failed to connect|other side closed|socket hang up|ECONNRESET|Protocol error/i

/** What is to be known of a connection to understand its faults. */
export interface Connecting {
  /** Whether the address does without TLS. */
  readonly isWithoutTls: boolean
  /** How another authority is trusted. */
  readonly trust: string
}

/**
 * Why there is no connection: a code that stays the same, and what it means, where it is TLS that stands between.
 * @param text what the client says
 */
export function connectionCause(text: string, { isWithoutTls, trust }: Connecting): string {
  const [code, , meaning] = FAULTS.find(([, said]) => said.test(text)) ?? []
  if (code !== undefined) return `${code}: ${meaning}${code === UNTRUSTED ? `: ${trust}` : ''}`
  if (isWithoutTls && ENDED.test(text))
    return `connection_ended: the event store ends connections without an answer; should EVENTSTORE_URL ask for TLS?`
  return text
}
