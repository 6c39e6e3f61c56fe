import { createRoute } from '@hono/zod-openapi'
import { SessionId, TenantId } from '#common/ids.ts'
import { refuse } from '#common/outcome.ts'
import { tokenClaims } from '../../../auth/authenticate.ts'
import { writeOnce } from '../../../command-metadata.ts'
import type { App } from '../../../context.ts'
import { unwrap } from '../../../refusal-error.ts'
import { bearer, problems } from '../operation.ts'
import { writeHeaders } from '../resources.ts'

const route = createRoute({
  method: 'post',
  path: '/api/v1/auth/logout',
  operationId: 'logout',
  summary: 'Sign out: ends the session of the token',
  tags: ['auth'],
  security: bearer,
  responses: { 204: { description: 'Signed out' }, ...problems },
})

/** A session that has ended already is signed out too: 204, and no event (G-40). A deactivated user's token is refused. */
export const registerLogout = (app: App) =>
  app.openapi(route, async (c) => {
    const services = c.get('services')
    const claims = await tokenClaims(c)
    const tenantId = TenantId.parse(claims.tenantId)
    const sessionId = SessionId.parse(claims.sessionId)
    const { state: user } = await services.writer.user(tenantId, claims.userId)
    if (user.status !== 'active') unwrap(refuse('unauthenticated'))
    const receipt = unwrap(
      await services.writer.execute(
        tenantId,
        { type: 'auth.logout', input: { tenantId, sessionId, logoutType: 'userInitiated' } },
        {
          ...writeOnce(c, `auth.logout/${sessionId}`, {}).metadata,
          actor: { type: 'user', tenantId, userId: claims.userId, sessionId },
        },
      ),
    )
    services.sessions.forget(sessionId)
    writeHeaders(c, tenantId, receipt)
    return c.body(null, 204)
  })
