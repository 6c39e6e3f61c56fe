import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a server shows to whoever connects with TLS, in PEM. */
export interface ServerCertificate {
  readonly key: Buffer
  readonly cert: Buffer
}

/** An authority of the tests' own, as a company has one, and the certificate that it has given to `localhost`. */
export interface PrivateAuthority extends ServerCertificate {
  /** Path of the authority's own certificate: what a client has to trust. */
  readonly caFile: string
  remove(): void
}

/** Makes an authority, with OpenSSL, in a temporary folder. */
export function privateAuthority(): PrivateAuthority {
  const folder = mkdtempSync(join(tmpdir(), 'acci-authority-'))
  const path = (name: string) => join(folder, name)
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { stdio: 'pipe' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    path('ca.key'),
    '-out',
    path('ca.crt'),
    '-days',
    '2',
    '-subj',
    '/CN=Orchard CA',
  )
  openssl('req', ...newKey, '-keyout', path('server.key'), '-out', path('server.csr'), '-subj', '/CN=localhost')
  writeFileSync(path('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
  const authority = ['-CA', path('ca.crt'), '-CAkey', path('ca.key'), '-CAcreateserial', '-days', '2']
  openssl(
    'x509',
    '-req',
    '-in',
    path('server.csr'),
    ...authority,
    '-extfile',
    path('names'),
    '-out',
    path('server.crt'),
  )
  return {
    caFile: path('ca.crt'),
    key: readFileSync(path('server.key')),
    cert: readFileSync(path('server.crt')),
    remove: () => rmSync(folder, { recursive: true }),
  }
}
