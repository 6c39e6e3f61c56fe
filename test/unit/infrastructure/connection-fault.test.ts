import { describe, expect, it } from 'vitest'
import { connectionCause } from '#infrastructure/event-store/connection-fault.ts'

const over = (isWithoutTls: boolean) => ({ isWithoutTls, trust: 'name it' })

describe('the cause of a connection that does not come about', () => {
  it.each([
    ['tls_untrusted', 'unable to verify the first certificate; if the root CA is installed locally, try …'],
    [
      'tls_untrusted',
      'unavailable: Last error: Error: self-signed certificate in certificate chain. Resolution note: ',
    ],
    ['tls_untrusted', 'unable to get local issuer certificate'],
    ['tls_expired', 'fetch failed: certificate has expired'],
    ['tls_wrong_name', 'Hostname/IP does not match certificate’s altnames: Host: es. is not cert’s CN'],
    [
      'tls_not_spoken',
      '405D7FF0C87F0000:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:…',
    ],
  ])('is %s, whatever the client says: %s', (code, said) => {
    const cause = connectionCause(said, over(false))
    expect(cause.split(':')[0]).toBe(code)
    expect(cause.endsWith(': name it')).toBe(code === 'tls_untrusted')
    // Nothing that changes from try to try: addresses of threads, times.
    expect(cause).not.toContain(said)
  })

  it('is a store that ends connections, only where the address asks for no TLS', () => {
    const said = '14 UNAVAILABLE: No connection established. Last error: Failed to connect (2026-11-29T05:32:28.786Z).'
    expect(connectionCause(said, over(true))).toMatch(/^connection_ended: /)
    expect(connectionCause(said, over(false))).toBe(said)
  })

  it('is told as it is where TLS has no part in it', () => {
    const said = 'fetch failed: connect ECONNREFUSED 127.0.0.1:1'
    expect(connectionCause(said, over(true))).toBe(said)
  })
})
