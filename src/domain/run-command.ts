import { refuse, type Outcome } from '#common/outcome.ts'
import { policyActor } from './policy/actor.ts'
import type { RequestDecisions } from './policy/request-decisions.ts'
import type { PolicyAction, PolicyResource } from './ports/policy.ts'
import type { Principal, TenantWriter } from './ports/tenant-writer.ts'
import type { Actor, Command, CommandMetadata, Receipt } from './writer/command.ts'

export interface CommandRequest {
  readonly tenantId: string
  readonly command: Command
  readonly principal: Principal
  readonly action: PolicyAction
  readonly resource: PolicyResource
  readonly metadata: Omit<CommandMetadata, 'actor' | 'policyVersion'>
}

/** Who acts, as the writer checks it again: the session must still stand, and the role be the one that was authorized. */
export const actorOf = ({ tenantId, userId, sessionId, role }: Principal): Actor => ({
  type: 'user',
  tenantId,
  userId,
  sessionId,
  role,
})

/** The one way in for every command of a signed-in user: authorize → (in the writer) load → decide → append. */
export async function runCommand(
  writer: TenantWriter,
  decisions: RequestDecisions,
  request: CommandRequest,
): Promise<Outcome<Receipt>> {
  const allowed = await checkAllowed(decisions, request.principal, request.action, request.resource)
  if (!allowed.ok) return allowed
  return writer.execute(request.tenantId, request.command, {
    ...request.metadata,
    actor: actorOf(request.principal),
    policyVersion: decisions.policyVersion,
  })
}

/** Denied within one's own tenant is said; anything of a foreign tenant does not exist. */
export async function checkAllowed(
  decisions: RequestDecisions,
  principal: Principal,
  action: PolicyAction,
  resource: PolicyResource,
): Promise<Outcome<true>> {
  if (await decisions.allows(policyActor(principal), action, resource)) return { ok: true, value: true }
  return resource.tenantId === principal.tenantId ? refuse('access_denied') : refuse('resource.not_found')
}
