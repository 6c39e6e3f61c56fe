import { globSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { deserialize } from 'node:v8'
import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose'
import { toUtf8 } from '#common/bytes.ts'
import type { KeyRingState } from '#domain/keys/key-ring.ts'
import { createKeyVault, parseMasterKey } from '#domain/keys/master-key.ts'
import { masterKeyFile } from '#infrastructure/node/master-key-file.ts'
import { nodeCryptography } from '#infrastructure/shared/node-cryptography.ts'
import { withClient } from '../../tools/postgres/provision.ts'

/** The product's own signing key, read where this installation keeps it: what nobody outside has. */
export interface ProductKey {
  readonly kid: string
  readonly privateJwk: JWK
  readonly publicJwk: JWK
}

/** From the Durable Object of the key ring, as local workerd stores it. */
export function keyOfEdge(dataDir: string): ProductKey {
  const folder = join(dataDir, 'miniflare/do/acci-KeyRingObject')
  for (const file of globSync('*.sqlite', { cwd: folder }).filter((name) => name !== 'metadata.sqlite')) {
    const database = new DatabaseSync(join(folder, file), { readOnly: true })
    const row = database.prepare(`select value from _cf_KV where key = 'ring'`).get()
    database.close()
    const value = row?.['value']
    if (value instanceof Uint8Array) return opened(deserialize(value) as KeyRingState, dataDir) // as the object keeps it
  }
  throw new Error('no key ring has been stored yet')
}

/** From the container's row in Postgres. */
export async function keyOfContainer(databaseUrl: string, dataDir: string): Promise<ProductKey> {
  const { rows } = await withClient(databaseUrl, (client) =>
    client.query<{ state: string }>('select state::text as state from keys.ring'),
  )
  const [row] = rows
  if (!row) throw new Error('no key ring has been stored yet')
  return opened(JSON.parse(row.state) as KeyRingState, dataDir) // as the store writes it
}

function opened({ keys }: KeyRingState, dataDir: string): ProductKey {
  const masterKey = parseMasterKey(masterKeyFile(dataDir))
  const [key] = keys
  const bytes =
    masterKey && key && createKeyVault(masterKey, nodeCryptography).unwrap(key.wrappedPrivateJwk, 'key-ring')
  if (!bytes || !key) throw new Error('the signing key does not open')
  return { kid: key.kid, privateJwk: JSON.parse(toUtf8(bytes)) as JWK, publicJwk: key.publicJwk } // a JWK, stored as its text
}

/** Whom a token speaks for. */
export interface Claims {
  readonly tenantId: string
  readonly userId: string
  readonly sessionId: string
}

const MINUTE = 60
const AUDIENCE = 'acci'

/** Makes access tokens as the product does, right in all but the one thing each is named for. */
export class TokenForge {
  readonly #key: ProductKey
  readonly #issuer: string

  constructor(key: ProductKey, issuer: string) {
    this.#key = key
    this.#issuer = issuer
  }

  /** Right in everything: shows that what the others are refused for is their one fault. */
  valid = (claims: Claims) => this.#signed(claims)
  expired = (claims: Claims) => this.#signed(claims, { issuedBefore: 20 * MINUTE, lifetime: 19 * MINUTE })
  notYetValid = (claims: Claims) => this.#signed(claims, { issuedBefore: -10 * MINUTE })
  forAnotherAudience = (claims: Claims) => this.#signed(claims, { audience: 'another' })
  ofAnotherIssuer = (claims: Claims) => this.#signed(claims, { issuer: 'https://issuer.example.com' })
  ofAnotherType = (claims: Claims) => this.#signed(claims, { typ: 'JWT' })

  /** Under the product's key id, by a key of the forger's own. */
  async byAnotherKey(claims: Claims): Promise<string> {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true })
    return this.#signed(claims, { privateJwk: await exportJWK(privateKey) })
  }

  /** With the public key, which everybody knows, taken for a shared secret. */
  byPublicKeyAsSecret(claims: Claims): Promise<string> {
    const secret = new TextEncoder().encode(JSON.stringify(this.#key.publicJwk))
    return this.#token(claims, { alg: 'HS256' }).sign(secret)
  }

  async unsigned(claims: Claims): Promise<string> {
    const [, payload] = (await this.valid(claims)).split('.')
    const header = Buffer.from(JSON.stringify({ alg: 'none', kid: this.#key.kid, typ: 'at+jwt' })).toString('base64url')
    return `${header}.${payload ?? ''}.`
  }

  async #signed(claims: Claims, { privateJwk = this.#key.privateJwk, ...differently }: Differently = {}) {
    return this.#token(claims, differently).sign(await importJWK(privateJwk, 'ES256'))
  }

  #token({ tenantId, userId, sessionId }: Claims, differently: Omit<Differently, 'privateJwk'>): SignJWT {
    const { alg = 'ES256', typ = 'at+jwt', issuer = this.#issuer, audience = AUDIENCE } = differently
    const { issuedBefore = 0, lifetime = 30 * MINUTE } = differently
    const issuedAt = Math.floor(Date.now() / 1_000) - issuedBefore
    return new SignJWT({ tid: tenantId, sid: sessionId })
      .setProtectedHeader({ alg, kid: this.#key.kid, typ })
      .setSubject(userId)
      .setIssuer(issuer)
      .setAudience(audience)
      .setJti(crypto.randomUUID())
      .setIssuedAt(issuedAt)
      .setNotBefore(issuedAt)
      .setExpirationTime(issuedAt + lifetime)
  }
}

interface Differently {
  readonly alg?: string
  readonly typ?: string
  readonly issuer?: string
  readonly audience?: string
  /** Seconds. */
  readonly issuedBefore?: number
  /** Seconds. */
  readonly lifetime?: number
  readonly privateJwk?: JWK
}
