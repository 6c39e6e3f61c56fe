import { jsonEquals } from '#common/json.ts'
import { accept, refuse, type Outcome } from '#common/outcome.ts'
import type { Principal } from '../ports/tenant-writer.ts'
import type { Actor } from './command.ts'
import type { RowReader } from './rows.ts'

/** The user behind a session, if session, user and tenant all still stand: what makes every revocation take effect at once. */
export async function livePrincipal(
  rows: RowReader,
  tenantId: string,
  sessionId: string,
  now: number,
): Promise<Outcome<Principal>> {
  const session = await rows.read('session', sessionId)
  if (session?.status !== 'active' || now >= Date.parse(session.expiresAt)) return refuse('unauthenticated')
  const [user, tenant] = await Promise.all([rows.read('user', session.userId), rows.read('tenant', tenantId)])
  if (tenant?.status !== 'active' || user?.status !== 'active') return refuse('unauthenticated')
  if (user.sessionEpoch !== session.sessionEpoch) return refuse('unauthenticated')
  const { userId, role } = user
  return accept({ tenantId, userId, sessionId, role, sessionExpiresAt: session.expiresAt })
}

/** Checks an acting user of this tenant once more, inside the transaction: still signed in, and still of the role authorized. */
export async function checkSession(
  rows: RowReader,
  tenantId: string,
  actor: Actor,
  now: number,
): Promise<Outcome<true>> {
  if (actor.sessionId === undefined || actor.tenantId !== tenantId) return accept(true)
  const live = await livePrincipal(rows, tenantId, actor.sessionId, now)
  if (!live.ok) return live
  return jsonEquals(live.value.role, actor.role) ? accept(true) : refuse('access_denied')
}
