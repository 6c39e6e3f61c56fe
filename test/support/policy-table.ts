import type { PolicyAction, PolicyActor, PolicyResource, PolicyResourceKind } from '#domain/ports/policy.ts'
import { policyActor } from '#domain/policy/actor.ts'
import { PERMISSIONS } from '#domain/policy/permissions.ts'
import { PLATFORM_TENANT_ID } from '#common/ids.ts'

/** Where the resource stands to the actor: the actor's own, somebody else's in the same tenant, or another tenant's. */
type Relation = 'own' | 'tenant' | 'foreign'

const NONE: readonly Relation[] = []
const OWN: readonly Relation[] = ['own']
const WITHIN: readonly Relation[] = ['own', 'tenant']
const EVERYWHERE: readonly Relation[] = ['own', 'tenant', 'foreign']

const TENANT = 'ten_one'
const FOREIGN = 'ten_two'
const member = (userId: string, role: Parameters<typeof policyActor>[0]['role']) =>
  policyActor({ userId, tenantId: TENANT, role })

const ACTORS = {
  systemAdmin: policyActor({ userId: 'usr_root', tenantId: PLATFORM_TENANT_ID, role: 'admin' }),
  platformUser: policyActor({ userId: 'usr_staff', tenantId: PLATFORM_TENANT_ID, role: 'user' }),
  tenantAdmin: member('usr_admin', 'admin'),
  user: member('usr_user', 'user'),
  readOnly: member('usr_reader', 'readOnly'),
  custom: member('usr_custom', { custom: 'accountant' }),
  /** A role of the tenant's own whose name is borrowed from the built-in one. */
  customNamedAdmin: member('usr_pretender', { custom: 'admin' }),
  /** The flag of a system admin without the role that makes one. */
  flagWithoutRole: { userId: 'usr_flag', tenantId: PLATFORM_TENANT_ID, role: 'readOnly', isSystemAdmin: true },
  withoutRole: { userId: 'usr_nobody', tenantId: TENANT, role: '', isSystemAdmin: false },
} as const satisfies Record<string, PolicyActor>

type ActorName = keyof typeof ACTORS
type Expectation = Readonly<Partial<Record<ActorName, readonly Relation[]>>>

/** Who is not named may not. */
const adminsOfTheTenant: Expectation = { systemAdmin: EVERYWHERE, tenantAdmin: WITHIN }
const platformOnly: Expectation = { systemAdmin: EVERYWHERE }
const ofOneself: Expectation = {
  ...adminsOfTheTenant,
  platformUser: OWN,
  user: OWN,
  readOnly: OWN,
  custom: OWN,
  customNamedAdmin: OWN,
  flagWithoutRole: OWN,
}

/** What is expected of every action. The type makes an action without an expectation a compile error. */
export const EXPECTED: Readonly<Record<PolicyAction, Expectation>> = {
  'tenant.create': platformOnly,
  'tenant.list': platformOnly,
  'tenant.read': adminsOfTheTenant,
  'tenant.update': adminsOfTheTenant,
  'tenant.delete': adminsOfTheTenant,
  'user.register': adminsOfTheTenant,
  'user.list': adminsOfTheTenant,
  'user.read': ofOneself,
  'user.reinvite': adminsOfTheTenant,
  'user.update_profile': { ...adminsOfTheTenant, platformUser: OWN, user: OWN },
  'user.update_role': adminsOfTheTenant,
  'user.deactivate': adminsOfTheTenant,
  'user.reactivate': adminsOfTheTenant,
  'session.end': ofOneself,
  'events.read': adminsOfTheTenant,
  'events.read_personal': { systemAdmin: WITHIN, tenantAdmin: WITHIN },
}

export interface DecisionCase {
  readonly name: string
  readonly actor: PolicyActor
  readonly action: PolicyAction
  readonly resource: PolicyResource
  readonly expected: boolean
}

/** Users and sessions are somebody's; a tenant, its log and the directory are nobody's. */
const RELATIONS: Readonly<Record<PolicyResourceKind, readonly Relation[]>> = {
  tenant: ['tenant', 'foreign'],
  tenantDirectory: ['tenant', 'foreign'],
  eventLog: ['tenant', 'foreign'],
  user: ['own', 'tenant', 'foreign'],
  session: ['own', 'tenant', 'foreign'],
}

function resourceOf(kind: PolicyResourceKind, actor: PolicyActor, relation: Relation): PolicyResource {
  const tenantId = relation === 'foreign' ? FOREIGN : actor.tenantId
  const ownerId = relation === 'own' ? actor.userId : 'usr_other'
  if (kind === 'user') return { kind, tenantId, id: ownerId }
  if (kind === 'session') return { kind, tenantId, id: 'ses_one', ownerId }
  return { kind, tenantId, id: tenantId }
}

/** In a foreign tenant even the ids of the actor's own user and session must open nothing. */
function borrowed(kind: PolicyResourceKind, actor: PolicyActor): PolicyResource[] {
  if (kind === 'user') return [{ kind, tenantId: FOREIGN, id: actor.userId }]
  if (kind === 'session') return [{ kind, tenantId: FOREIGN, id: 'ses_one', ownerId: actor.userId }]
  return []
}

/** Every action of the permissions table, asked by every actor of every resource. */
export function decisionCases(): DecisionCase[] {
  const cases: DecisionCase[] = []
  // Object.keys loses the literal type of the keys of a constant table.
  for (const action of Object.keys(PERMISSIONS) as PolicyAction[]) {
    const kind = PERMISSIONS[action]
    // As above.
    for (const who of Object.keys(ACTORS) as ActorName[]) {
      const actor = ACTORS[who]
      const allowed = EXPECTED[action][who] ?? NONE
      const add = (relation: string, resource: PolicyResource, expected: boolean) =>
        cases.push({ name: `${who} · ${action} · ${relation}`, actor, action, resource, expected })
      for (const relation of RELATIONS[kind])
        add(relation, resourceOf(kind, actor, relation), allowed.includes(relation))
      for (const resource of borrowed(kind, actor))
        add('foreign under an own id', resource, allowed.includes('foreign'))
    }
  }
  return cases
}
