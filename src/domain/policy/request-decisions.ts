import type { Policy, PolicyActor, PolicyResource } from '../ports/policy.ts'
import { authorize, type OnPolicyFault } from './authorize.ts'
import type { PolicyAction } from './permissions.ts'

/**
 * The decisions of one request, each made once. Make one per request and drop it with the request: a role taken away
 * must count from the next request on. For a list ask once of what holds it (`user.list` of the tenant), never per row:
 * a decision costs a good part of a millisecond.
 */
export class RequestDecisions {
  readonly #policy: Policy
  readonly #onFault: OnPolicyFault
  readonly #decisions = new Map<string, Promise<boolean>>()

  constructor(policy: Policy, onFault: OnPolicyFault) {
    this.#policy = policy
    this.#onFault = onFault
  }

  /** The version of the policy that decides, for the envelope of the events this request causes. */
  get policyVersion(): string {
    return this.#policy.version
  }

  /** As `authorize`; the same question is put to the engine once, however many ask at the same time. */
  allows(actor: PolicyActor, action: PolicyAction, resource: PolicyResource): Promise<boolean> {
    const key = question(actor, action, resource)
    const known = this.#decisions.get(key)
    if (known !== undefined) return known
    const decision = authorize(this.#policy, actor, action, resource, this.#onFault)
    this.#decisions.set(key, decision)
    return decision
  }
}

/** Everything a decision depends on, so that a changed role or owner is a new question. */
function question(actor: PolicyActor, action: PolicyAction, resource: PolicyResource): string {
  const { userId, tenantId, role, isSystemAdmin } = actor
  const { kind, tenantId: holder, id, ownerId } = resource
  return JSON.stringify([userId, tenantId, role, isSystemAdmin, action, kind, holder, id, ownerId])
}
