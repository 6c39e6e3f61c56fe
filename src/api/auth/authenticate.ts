import type { AccessTokenClaims } from '#domain/ports/access-tokens.ts'
import type { PrincipalAtHead } from '#domain/ports/tenant-writer.ts'
import { refuse } from '#common/outcome.ts'
import type { AppContext } from '../context.ts'
import { unwrap } from '../refusal-error.ts'

const BEARER = /^Bearer +/i

/** The claims of the bearer token, if it is one of ours and has not expired. Says nothing of its session. */
export async function tokenClaims(c: AppContext): Promise<AccessTokenClaims> {
  const header = c.req.header('authorization') ?? ''
  const [scheme] = BEARER.exec(header) ?? []
  const check = scheme === undefined ? undefined : await c.get('services').tokens.verify(header.slice(scheme.length))
  return check?.ok ? check.claims : unwrap(refuse('unauthenticated'))
}

/** The live principal behind the request's token. Everything about the user is the writer's current word, not the token's. */
export async function authenticate(c: AppContext): Promise<PrincipalAtHead> {
  // A request that was kept comes without its token: for whom it is was seen when it was accepted.
  const { tenantId, sessionId, userId } = c.get('onBehalf')?.principal ?? (await tokenClaims(c))
  const principal = unwrap(await c.get('services').sessions.principal(tenantId, sessionId))
  if (principal.userId !== userId || principal.tenantId !== tenantId) return unwrap(refuse('unauthenticated'))
  c.set('principal', principal)
  return principal
}
