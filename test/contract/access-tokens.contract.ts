import { base64url, CompactEncrypt, exportJWK, generateKeyPair, importJWK, SignJWT, type JWTPayload } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Json } from '#common/json.ts'
import { newId } from '#domain/new-id.ts'
import type { KeyRing } from '#domain/ports/key-ring.ts'
import { JoseAccessTokens } from '#infrastructure/shared/jose-access-tokens.ts'

const NOW = Date.parse('2026-11-24T12:00:00Z')
const SECONDS = Math.floor(NOW / 1_000)
const ISSUER = 'https://acci.example'
const AUDIENCE = 'acci'
const KID = 'the-key'

type Jwk = Awaited<ReturnType<typeof exportJWK>>

const CLAIMS = { tenantId: newId.tenant(), userId: newId.user(), sessionId: newId.session() }

const payload = (changes: Readonly<Record<string, unknown>> = {}): JWTPayload => ({
  sub: CLAIMS.userId,
  tid: CLAIMS.tenantId,
  sid: CLAIMS.sessionId,
  iss: ISSUER,
  aud: AUDIENCE,
  jti: crypto.randomUUID(),
  iat: SECONDS,
  nbf: SECONDS,
  exp: SECONDS + 600,
  ...changes,
})

const without = (...names: readonly string[]): JWTPayload =>
  Object.fromEntries(Object.entries(payload()).filter(([name]) => !names.includes(name)))

const json = (value: unknown) => base64url.encode(typeof value === 'string' ? value : JSON.stringify(value))

/** JWKs are JSON. */
const asJson = (jwk: Jwk) => ({ ...jwk }) as Readonly<Record<string, Json>>

interface Keys {
  readonly privateJwk: Jwk
  readonly publicJwk: Jwk
  readonly foreign: Jwk
}

/** Signs whatever header and payload, as only the holder of a key can. */
const signed = async (
  jwk: Jwk,
  { header = {}, claims = payload() }: { readonly header?: object; readonly claims?: JWTPayload } = {},
) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: KID, typ: 'at+jwt', ...header })
    .sign(await importJWK({ ...jwk }, 'ES256'))

/** Puts a signature of the product's key under header and payload texts that no library would write. */
async function signedRaw({ privateJwk }: Keys, header: string, body: string): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const key = await crypto.subtle.importKey('jwk', { kty: 'EC', ...privateJwk }, algorithm, false, ['sign'])
  const text = `${json(header)}.${json(body)}`
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, new TextEncoder().encode(text))
  return `${text}.${base64url.encode(new Uint8Array(signature))}`
}

const HEADER = JSON.stringify({ alg: 'ES256', kid: KID, typ: 'at+jwt' })

/** Takes the token apart at its dots. */
const partsOf = (token: string): readonly [string, string, string] => {
  const [header = '', body = '', signature = ''] = token.split('.')
  return [header, body, signature]
}

async function hmacWith(secret: Uint8Array): Promise<string> {
  return new SignJWT(payload()).setProtectedHeader({ alg: 'HS256', kid: KID, typ: 'at+jwt' }).sign(secret)
}

/** Every way we know of to be taken for somebody else by a token (RFC 8725 and the attacks behind it). */
const FORGERIES: Readonly<Record<string, (keys: Keys) => Promise<string> | string>> = {
  'alg none': () => `${json({ alg: 'none', kid: KID, typ: 'at+jwt' })}.${json(payload())}.`,
  'alg None': () => `${json({ alg: 'None', kid: KID, typ: 'at+jwt' })}.${json(payload())}.`,
  'alg NONE with a signature': async (keys) =>
    `${json({ alg: 'NONE', kid: KID, typ: 'at+jwt' })}.${json(payload())}.${partsOf(await signed(keys.privateJwk))[2]}`,
  'no alg at all': (keys) => signedRaw(keys, JSON.stringify({ kid: KID, typ: 'at+jwt' }), JSON.stringify(payload())),
  'HS256 with the public key’s JWK as secret': (keys) =>
    hmacWith(new TextEncoder().encode(JSON.stringify(keys.publicJwk))),
  'HS256 with the public key’s x as secret': ({ publicJwk }) => hmacWith(base64url.decode(publicJwk.x ?? '')),
  'HS256 with an empty-looking secret': () => hmacWith(new Uint8Array(32)),
  'another algorithm of the same family': async () => {
    const { privateKey } = await generateKeyPair('ES384', { extractable: true })
    return new SignJWT(payload()).setProtectedHeader({ alg: 'ES384', kid: KID, typ: 'at+jwt' }).sign(privateKey)
  },
  'another family': async () => {
    const { privateKey } = await generateKeyPair('EdDSA', { extractable: true })
    return new SignJWT(payload()).setProtectedHeader({ alg: 'EdDSA', kid: KID, typ: 'at+jwt' }).sign(privateKey)
  },
  'another key under our kid': ({ foreign }) => signed(foreign),
  'a key of its own in the header (jwk)': ({ foreign }) => {
    const { kty, crv, x, y } = foreign
    return signed(foreign, { header: { jwk: { kty, crv, x, y } } })
  },
  'a key set of its own in the header (jku)': ({ foreign }) =>
    signed(foreign, { header: { jku: 'https://attacker.example/keys', kid: 'attacker' } }),
  'a certificate of its own (x5u)': ({ foreign }) =>
    signed(foreign, { header: { x5u: 'https://attacker.example/cert', kid: 'attacker' } }),
  'a certificate chain of its own (x5c)': ({ foreign }) =>
    signed(foreign, { header: { x5c: ['MIIB'], kid: 'attacker' } }),
  'no kid': ({ privateJwk }) => signed(privateJwk, { header: { kid: undefined } }),
  'an empty kid': ({ privateJwk }) => signed(privateJwk, { header: { kid: '' } }),
  'an unknown kid': ({ privateJwk }) => signed(privateJwk, { header: { kid: 'unknown' } }),
  'a kid that is a path': ({ privateJwk }) => signed(privateJwk, { header: { kid: '../../dev/null' } }),
  'a kid that is SQL': ({ privateJwk }) => signed(privateJwk, { header: { kid: "x' or '1'='1" } }),
  'a kid that is a property of every object': ({ privateJwk }) => signed(privateJwk, { header: { kid: '__proto__' } }),
  'a very long kid': ({ privateJwk }) => signed(privateJwk, { header: { kid: 'k'.repeat(5_000) } }),
  'another issuer': ({ privateJwk }) => signed(privateJwk, { claims: payload({ iss: 'https://other.example' }) }),
  'no issuer': ({ privateJwk }) => signed(privateJwk, { claims: without('iss') }),
  'another audience': ({ privateJwk }) => signed(privateJwk, { claims: payload({ aud: 'other' }) }),
  'no audience': ({ privateJwk }) => signed(privateJwk, { claims: without('aud') }),
  'no expiry': ({ privateJwk }) => signed(privateJwk, { claims: without('exp') }),
  'no time of issue': ({ privateJwk }) => signed(privateJwk, { claims: without('iat') }),
  'no jti': ({ privateJwk }) => signed(privateJwk, { claims: without('jti') }),
  'no user': ({ privateJwk }) => signed(privateJwk, { claims: without('sub') }),
  'no tenant': ({ privateJwk }) => signed(privateJwk, { claims: without('tid') }),
  'no session': ({ privateJwk }) => signed(privateJwk, { claims: without('sid') }),
  'a tenant that is no id': ({ privateJwk }) => signed(privateJwk, { claims: payload({ tid: '../other' }) }),
  'a session that is a list': ({ privateJwk }) => signed(privateJwk, { claims: payload({ sid: [CLAIMS.sessionId] }) }),
  'a user of another kind of id': ({ privateJwk }) => signed(privateJwk, { claims: payload({ sub: CLAIMS.tenantId }) }),
  'not valid yet': ({ privateJwk }) => signed(privateJwk, { claims: payload({ nbf: SECONDS + 60 }) }),
  'expiry as text': (keys) => signedRaw(keys, HEADER, JSON.stringify(payload({ exp: String(SECONDS + 600) }))),
  'expiry beyond all numbers': (keys) =>
    signedRaw(keys, HEADER, JSON.stringify(payload()).replace(/"exp":\d+/, '"exp":1e308')),
  'a lifetime of years': ({ privateJwk }) =>
    signed(privateJwk, { claims: payload({ exp: SECONDS + 10 * 365 * 86_400 }) }),
  'an id token': ({ privateJwk }) => signed(privateJwk, { header: { typ: 'JWT' } }),
  'no type': ({ privateJwk }) => signed(privateJwk, { header: { typ: undefined } }),
  'a critical extension nobody knows': (keys) =>
    signedRaw(
      keys,
      JSON.stringify({ alg: 'ES256', kid: KID, typ: 'at+jwt', crit: ['x'], x: 1 }),
      JSON.stringify(payload()),
    ),
  'an unencoded payload (b64)': (keys) =>
    signedRaw(
      keys,
      JSON.stringify({ alg: 'ES256', kid: KID, typ: 'at+jwt', crit: ['b64'], b64: false }),
      JSON.stringify(payload()),
    ),
  'a payload that is no object': (keys) => signedRaw(keys, HEADER, '"sub"'),
  'a payload that is no JSON': (keys) => signedRaw(keys, HEADER, 'sub=me'),
  'an empty signature': async ({ privateJwk }) => (await signed(privateJwk)).replace(/[^.]+$/, ''),
  'a cut signature': async ({ privateJwk }) => (await signed(privateJwk)).slice(0, -8),
  'a signature of zeros': async ({ privateJwk }) => {
    const [header, body] = partsOf(await signed(privateJwk))
    return `${header}.${body}.${base64url.encode(new Uint8Array(64))}`
  },
  'the signature of another token': async ({ privateJwk }) => {
    const [one, other] = [partsOf(await signed(privateJwk)), partsOf(await signed(privateJwk))]
    return `${one[0]}.${one[1]}.${other[2]}`
  },
  'another payload under the signature': async ({ privateJwk }) => {
    const [header, , signature] = partsOf(await signed(privateJwk))
    return `${header}.${json(payload({ sub: newId.user() }))}.${signature}`
  },
  'an encrypted token': async () => {
    const { publicKey } = await generateKeyPair('ECDH-ES')
    return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(payload())))
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: KID, typ: 'at+jwt' })
      .encrypt(publicKey)
  },
  'a token within a token': async ({ privateJwk, ...keys }) =>
    signedRaw(
      { privateJwk, ...keys },
      JSON.stringify({ alg: 'ES256', kid: KID, typ: 'at+jwt', cty: 'JWT' }),
      await signed(privateJwk),
    ),
  'two parts': async ({ privateJwk }) => (await signed(privateJwk)).split('.').slice(0, 2).join('.'),
  'four parts': async ({ privateJwk }) => `${await signed(privateJwk)}.AAAA`,
  'a blank in front': async ({ privateJwk }) => ` ${await signed(privateJwk)}`,
  'characters that are not of base64url': async ({ privateJwk }) => (await signed(privateJwk)).replace('.', '.+/='),
  'an empty text': () => '',
  'dots alone': () => '..',
  'a hundred kilobytes': async ({ privateJwk }) =>
    signed(privateJwk, { claims: payload({ note: 'x'.repeat(100_000) }) }),
}

/** Access tokens: what is issued is accepted, and nothing else. The same list in every runtime. */
export function accessTokensContract(): void {
  let keys: Keys
  let now = NOW
  const keyRing = (): KeyRing => ({
    signingKey: () => Promise.resolve({ kid: KID, privateJwk: asJson(keys.privateJwk) }),
    verificationKey: (kid) => Promise.resolve(kid === KID ? asJson(keys.publicJwk) : undefined),
    jwks: () => Promise.resolve({ keys: [asJson(keys.publicJwk)] }),
  })
  const tokens = () =>
    new JoseAccessTokens({ keyRing: keyRing(), clock: () => now, issuer: ISSUER, audience: AUDIENCE })

  describe('AccessTokens', () => {
    beforeAll(async () => {
      const [ours, foreign] = [
        await generateKeyPair('ES256', { extractable: true }),
        await generateKeyPair('ES256', { extractable: true }),
      ]
      keys = {
        privateJwk: await exportJWK(ours.privateKey),
        publicJwk: await exportJWK(ours.publicKey),
        foreign: await exportJWK(foreign.privateKey),
      }
      now = NOW
    })

    it('accepts what it has issued until it expires, whether or not it has seen it before', async () => {
      const issuing = tokens()
      const token = await issuing.issue(CLAIMS, new Date(NOW + 600_000))
      for (const verifier of [issuing, issuing, tokens()])
        expect(await verifier.verify(token)).toEqual({ ok: true, claims: CLAIMS })
      now = NOW + 606_000
      for (const verifier of [issuing, tokens()])
        expect(await verifier.verify(token)).toEqual({ ok: false, reason: 'expired' })
      now = NOW
    })

    it('accepts a token made by hand as it makes them, so that each forgery below fails for its own fault', async () => {
      expect(await tokens().verify(await signed(keys.privateJwk))).toEqual({ ok: true, claims: CLAIMS })
      const byHand = await signedRaw(keys, HEADER, JSON.stringify(payload()))
      expect(await tokens().verify(byHand)).toEqual({ ok: true, claims: CLAIMS })
    })

    it('refuses an expired token as expired', async () => {
      const token = await signed(keys.privateJwk, {
        claims: payload({ iat: SECONDS - 700, nbf: SECONDS - 700, exp: SECONDS - 10 }),
      })
      expect(await tokens().verify(token)).toEqual({ ok: false, reason: 'expired' })
    })

    it.each(Object.keys(FORGERIES))('refuses %s', async (name) => {
      const token = await FORGERIES[name]?.(keys)
      expect(token).toBeTypeOf('string')
      expect(await tokens().verify(token ?? '')).toEqual({ ok: false, reason: 'invalid' })
    })

    it('refuses a token whose key has left the ring', async () => {
      const token = await tokens().issue(CLAIMS, new Date(NOW + 600_000))
      const rotated = new JoseAccessTokens({
        keyRing: { ...keyRing(), verificationKey: () => Promise.resolve(undefined) },
        clock: () => now,
        issuer: ISSUER,
        audience: AUDIENCE,
      })
      expect(await rotated.verify(token)).toEqual({ ok: false, reason: 'invalid' })
    })
  })
}
