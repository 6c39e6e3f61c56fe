import type { PolicyActor, PolicyResource } from '../ports/policy.ts'

const named = (id: unknown): id is string => typeof id === 'string' && id !== ''

/**
 * Whether the resource lies within the actor's reach at all: in the actor's own tenant, or anywhere for a system admin.
 * Stands in code before the policy engine, so that no policy text can open another tenant (G-50, G-80).
 *
 * Values are checked as if they were untyped, because what a missing value would open is another tenant: an id that is
 * missing or empty never matches, not even another missing one, and only a real `true` makes a system admin.
 *
 * @returns false for what the actor must not learn exists; the API answers "not found".
 */
export function tenantGuard(actor: PolicyActor, resource: PolicyResource): boolean {
  if (!named(actor.userId) || !named(actor.tenantId) || !named(actor.role)) return false
  if (!named(resource.tenantId) || !named(resource.id)) return false
  if (resource.kind === 'tenant' && resource.id !== resource.tenantId) return false
  return actor.tenantId === resource.tenantId || actor.isSystemAdmin === true
}
