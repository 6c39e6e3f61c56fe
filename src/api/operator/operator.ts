import type { App } from '../context.ts'
import { operatorAccess } from './access.ts'
import { registerListFenceReleases } from './list-fence-releases.route.ts'
import { registerListTenantLogs } from './list-tenants.route.ts'
import { registerReadStoredEvents } from './read-events.route.ts'
import { registerReadSubjectKeys } from './read-subject-keys.route.ts'
import { registerReadTenantLog } from './read-tenant.route.ts'
import { registerReleaseFence } from './release-fence.route.ts'
import { registerRetryView } from './retry-view.route.ts'

/**
 * What the command line `acci` asks of an edge deployment, where logs and directory are in objects that nothing else reaches. No
 * part of the API's document: it serves the command line of the same version, and is open to none of the API's users.
 */
export function registerOperator(app: App): void {
  app.use('/operator/*', operatorAccess)
  for (const register of [
    registerListTenantLogs,
    registerReadTenantLog,
    registerReadStoredEvents,
    registerReadSubjectKeys,
    registerReleaseFence,
    registerListFenceReleases,
    registerRetryView,
  ])
    register(app)
}
