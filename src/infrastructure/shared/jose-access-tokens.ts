import { errors, importJWK, jwtVerify, SignJWT, type JWTHeaderParameters } from 'jose'
import { SessionId, TenantId, UserId } from '#common/ids.ts'
import type { AccessTokenClaims, AccessTokens, TokenCheck } from '#domain/ports/access-tokens.ts'
import type { Clock } from '#domain/ports/clock.ts'
import type { KeyRing } from '#domain/ports/key-ring.ts'

const ALGORITHM = 'ES256'
const TYPE = 'at+jwt'
const MAX_TOKEN_LENGTH = 8 * 1024
const TOLERANCE_SECONDS = 5
const MAX_LIFETIME_SECONDS = 25 * 3_600
const CACHE_CAPACITY = 1_000

export interface JoseAccessTokensOptions {
  readonly keyRing: KeyRing
  readonly clock: Clock
  readonly issuer: string
  readonly audience: string
}

/** Access tokens as JWTs (RFC 9068). Nothing is left to jose's defaults: they accept foreign issuers and missing expiry. */
export class JoseAccessTokens implements AccessTokens {
  readonly #options: JoseAccessTokensOptions
  /** Verified tokens until they expire. Says that the signature is right, never that the session still stands. */
  readonly #verified = new Map<string, { readonly claims: AccessTokenClaims; readonly expiresAt: number }>()

  constructor(options: JoseAccessTokensOptions) {
    this.#options = options
  }

  async issue(claims: AccessTokenClaims, expiresAt: Date): Promise<string> {
    const { keyRing, clock, issuer, audience } = this.#options
    const { kid, privateJwk } = await keyRing.signingKey()
    const now = Math.floor(clock() / 1_000)
    return new SignJWT({ tid: claims.tenantId, sid: claims.sessionId })
      .setProtectedHeader({ alg: ALGORITHM, kid, typ: TYPE })
      .setSubject(claims.userId)
      .setIssuer(issuer)
      .setAudience(audience)
      .setJti(crypto.randomUUID())
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(Math.floor(expiresAt.getTime() / 1_000))
      .sign(await importJWK(privateJwk, ALGORITHM))
  }

  async verify(token: string): Promise<TokenCheck> {
    if (token.length > MAX_TOKEN_LENGTH) return { ok: false, reason: 'invalid' }
    const now = this.#options.clock()
    const known = this.#verified.get(token)
    if (known) return now < known.expiresAt ? { ok: true, claims: known.claims } : { ok: false, reason: 'expired' }
    try {
      return await this.#verify(token, now)
    } catch (fault) {
      if (fault instanceof errors.JWTExpired) return { ok: false, reason: 'expired' }
      if (fault instanceof errors.JOSEError || fault instanceof TypeError) return { ok: false, reason: 'invalid' }
      throw fault
    }
  }

  async #verify(token: string, now: number): Promise<TokenCheck> {
    const { issuer, audience } = this.#options
    const { payload } = await jwtVerify(token, (header) => this.#key(header), {
      algorithms: [ALGORITHM],
      issuer,
      audience,
      typ: TYPE,
      clockTolerance: TOLERANCE_SECONDS,
      currentDate: new Date(now),
      requiredClaims: ['sub', 'tid', 'sid', 'jti', 'iat', 'nbf', 'exp'],
    })
    const { exp = 0, iat = 0 } = payload
    const tenantId = TenantId.safeParse(payload['tid'])
    const sessionId = SessionId.safeParse(payload['sid'])
    const userId = UserId.safeParse(payload.sub)
    const bounded = Number.isSafeInteger(exp) && exp - iat <= MAX_LIFETIME_SECONDS
    if (!bounded || !tenantId.success || !sessionId.success || !userId.success) return { ok: false, reason: 'invalid' }
    const claims = { tenantId: tenantId.data, userId: userId.data, sessionId: sessionId.data }
    this.#remember(token, { claims, expiresAt: exp * 1_000 })
    return { ok: true, claims }
  }

  async #key(header: JWTHeaderParameters) {
    if (header.kid === undefined || header.kid === '') throw new errors.JWSInvalid('kid is missing')
    const jwk = await this.#options.keyRing.verificationKey(header.kid)
    if (!jwk) throw new errors.JWKSNoMatchingKey()
    return importJWK(jwk, ALGORITHM)
  }

  #remember(token: string, entry: { readonly claims: AccessTokenClaims; readonly expiresAt: number }): void {
    if (this.#verified.size >= CACHE_CAPACITY) {
      const oldest = this.#verified.keys().next()
      if (!oldest.done) this.#verified.delete(oldest.value)
    }
    this.#verified.set(token, entry)
  }
}
