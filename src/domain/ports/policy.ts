import type { PolicyAction, PolicyResourceKind } from '../policy/permissions.ts'

export type { PolicyAction, PolicyResourceKind } from '../policy/permissions.ts'

/** Who asks. Always read from the writer's current state, never from a token's claims alone. */
export interface PolicyActor {
  readonly userId: string
  readonly tenantId: string
  /** `admin`, `user`, `readOnly`, or `custom:<name>` for a role of the tenant's own. */
  readonly role: string
  /** True only for an admin of the platform tenant (G-8). */
  readonly isSystemAdmin: boolean
}

/** What is asked for: one thing of one tenant. */
export interface PolicyResource {
  readonly kind: PolicyResourceKind
  /** The tenant that holds the resource; of the tenant directory, the platform tenant. */
  readonly tenantId: string
  /** Of a tenant, its own `tenantId`; of a user, the user's id. */
  readonly id: string
  /** The user a session belongs to. */
  readonly ownerId?: string
}

/** The engine that decides by the loaded policy files. Ask it through `authorize`, which guards the tenant first. */
export interface Policy {
  /** Names the loaded text: equal texts have equal versions. Recorded in the envelope as `policyVersion`. */
  readonly version: string
  /** @returns true only when a rule allows it. Rejects when the engine fails; whoever asks must take that as a deny. */
  decide(actor: PolicyActor, action: PolicyAction, resource: PolicyResource): Promise<boolean>
}
