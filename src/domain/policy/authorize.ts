import type { Policy, PolicyActor, PolicyResource } from '../ports/policy.ts'
import { PERMISSIONS, type PolicyAction } from './permissions.ts'
import { tenantGuard } from './tenant-guard.ts'

/** A failure of the policy engine that was answered with a deny. */
export interface PolicyFault {
  readonly error: unknown
  readonly action: PolicyAction
  readonly policyVersion: string
}

/** Is told of every engine failure, for logs and alerts. */
export type OnPolicyFault = (fault: PolicyFault) => void

/**
 * Whether the actor may do the action to the resource: the tenant guard first, then the policy (CMD-13: tenant_check,
 * role_check). An action asked of a resource of another kind is denied. A failing engine is a deny, and is reported.
 */
export async function authorize(
  policy: Policy,
  actor: PolicyActor,
  action: PolicyAction,
  resource: PolicyResource,
  onFault: OnPolicyFault,
): Promise<boolean> {
  if (!Object.hasOwn(PERMISSIONS, action) || PERMISSIONS[action] !== resource.kind) return false
  if (!tenantGuard(actor, resource)) return false
  try {
    return (await policy.decide(actor, action, resource)) === true
  } catch (error) {
    onFault({ error, action, policyVersion: policy.version })
    return false
  }
}
