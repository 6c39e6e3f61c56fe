export interface AccessTokenClaims {
  readonly tenantId: string
  readonly userId: string
  readonly sessionId: string
}

export type TokenCheck =
  | { readonly ok: true; readonly claims: AccessTokenClaims }
  | { readonly ok: false; readonly reason: 'expired' | 'invalid' }

/** Short-lived signed tokens. They name a session; whether it still stands is asked elsewhere, at each request. */
export interface AccessTokens {
  issue(claims: AccessTokenClaims, expiresAt: Date): Promise<string>
  verify(token: string): Promise<TokenCheck>
}
