import { OpenAPIHono } from '@hono/zod-openapi'
import { HTTPException } from 'hono/http-exception'
import { UnavailableFault } from '#common/unavailable-fault.ts'
import type { AppContext, AppEnv } from './context.ts'
import { bodyGuard } from './middleware/body-guard.ts'
import { requestContext } from './middleware/request-context.ts'
import { methodsAt } from './methods-at.ts'
import { registerInvitationPage } from './pages/invitation.page.ts'
import { registerStyleSheet } from './pages/style-sheet.ts'
import { registerOperator } from './operator/operator.ts'
import { faultProblem, problemOf, type ProblemAnswer } from './problem.ts'
import { RefusalError } from './refusal-error.ts'
import { registerDocuments } from './rest/system/documents.route.ts'
import { registerHealth } from './rest/system/health.route.ts'
import { registerMetrics } from './rest/system/metrics.route.ts'
import { registerAcceptInvitation } from './rest/v1/auth/accept-invitation.route.ts'
import { acceptOperation, DeferredCommand, respondAsync } from './operations/respond-async.ts'
import { registerReadOperation } from './rest/v1/operations/read-operation.route.ts'
import { registerLogin } from './rest/v1/auth/login.route.ts'
import { registerLogout } from './rest/v1/auth/logout.route.ts'
import { registerReadMe } from './rest/v1/auth/read-me.route.ts'
import { registerCreateTenant } from './rest/v1/tenants/create-tenant.route.ts'
import { registerDeleteTenant } from './rest/v1/tenants/delete-tenant.route.ts'
import { registerListTenants } from './rest/v1/tenants/list-tenants.route.ts'
import { registerReadEvents } from './rest/v1/tenants/read-events.route.ts'
import { registerReadTenant } from './rest/v1/tenants/read-tenant.route.ts'
import { registerUpdateTenant } from './rest/v1/tenants/update-tenant.route.ts'
import { registerDeactivateUser } from './rest/v1/users/deactivate-user.route.ts'
import { registerListUsers } from './rest/v1/users/list-users.route.ts'
import { registerReactivateUser } from './rest/v1/users/reactivate-user.route.ts'
import { registerReadUser } from './rest/v1/users/read-user.route.ts'
import { registerRegisterUser } from './rest/v1/users/register-user.route.ts'
import { registerReinviteUser } from './rest/v1/users/reinvite-user.route.ts'
import { registerUpdateUser } from './rest/v1/users/update-user.route.ts'
import type { Services } from './services.ts'
import { validationRefusal } from './validation-faults.ts'

export interface AppOptions {
  /** Gives the services of the runtime; called for each request, built once. */
  readonly servicesOf: (env: unknown) => Promise<Services>
  /** The network address of the caller, as far as this runtime can trust it (G-75). */
  readonly addressOf: (context: unknown) => string
}

/** Builds the HTTP application, the same for both runtimes. */
export function createApp({ servicesOf, addressOf }: AppOptions) {
  const app = new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw new RefusalError(refusalOf(result.target, result.error.issues))
    },
  })
  app.use(requestContext(servicesOf, addressOf))
  registerInvitationPage(app)
  app.use(bodyGuard)
  app.use(respondAsync)
  for (const register of [
    registerHealth,
    registerMetrics,
    registerLogin,
    registerLogout,
    registerAcceptInvitation,
    registerReadMe,
    registerCreateTenant,
    registerListTenants,
    registerReadTenant,
    registerUpdateTenant,
    registerDeleteTenant,
    registerReadEvents,
    registerRegisterUser,
    registerListUsers,
    registerReadUser,
    registerUpdateUser,
    registerReinviteUser,
    registerDeactivateUser,
    registerReactivateUser,
    registerReadOperation,
    registerOperator,
    registerDocuments,
    registerStyleSheet,
  ]) {
    register(app)
  }
  app.notFound((c) => {
    const methods = methodsAt(app, c.req.path)
    if (methods.length === 0)
      return answer(c, problemOf({ code: 'route.not_found' }, c.get('language'), problemContext(c)))
    c.header('Allow', methods.join(', '))
    if (c.req.method === 'OPTIONS') return c.body(null, 204)
    return answer(c, problemOf({ code: 'route.method_not_allowed' }, c.get('language'), problemContext(c)))
  })
  app.onError((fault, c) => {
    if (fault instanceof DeferredCommand)
      return acceptOperation(c, fault).catch((refused: unknown) => failed(c, refused))
    return failed(c, fault)
  })
  return app
}

function failed(c: AppContext, fault: unknown) {
  if (fault instanceof RefusalError) return answer(c, problemOf(fault.refusal, c.get('language'), problemContext(c)))
  if (fault instanceof HTTPException && fault.status < 500) {
    return answer(c, problemOf({ code: 'request.unreadable' }, c.get('language'), problemContext(c)))
  }
  c.get('services')?.logger.error('request failed', {
    requestId: c.get('requestId'),
    fault: fault instanceof Error ? (fault.stack ?? fault.message) : String(fault),
  })
  const language = c.get('language')
  // Where the caller sends a key along, the same request once more does what this one may have done, and once.
  if (fault instanceof UnavailableFault)
    return answer(c, problemOf({ code: 'service.unavailable', retryAfter: 1 }, language, problemContext(c)))
  return answer(c, faultProblem(language, problemContext(c)))
}

/** A path that cannot be an id names nothing; anything else about a request is a validation fault. */
const refusalOf = (target: string, issues: Parameters<typeof validationRefusal>[0]) =>
  target === 'param'
    ? ({ code: 'resource.not_found' } as const)
    : validationRefusal(issues, target === 'query' ? '?' : '')

const problemContext = (c: AppContext) => ({ requestId: c.get('requestId') })

const answer = (c: AppContext, { status, body, headers }: ProblemAnswer) =>
  c.body(JSON.stringify(body), status as 400, { ...headers, 'Content-Type': 'application/problem+json' }) // any status of the catalogue
