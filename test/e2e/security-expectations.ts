import type { PolicyAction } from '#domain/policy/permissions.ts'
import { EXPECTED } from '../support/policy-table.ts'
import { text } from './client.ts'
import { unique, type Person, type Scene } from './security-scene.ts'

/** Whoever is signed in, by role (G-8) and by where they stand to the tenant that is asked for. */
export const IDENTITIES = [
  'systemAdmin',
  'platformUser',
  'admin',
  'user',
  'readOnly',
  'foreignAdmin',
  'foreignUser',
] as const
export type Identity = (typeof IDENTITIES)[number]

/** Done, or refused with a status. Every identity has one for every row: the type makes a gap a compile error. */
export type Outcome = 'allowed' | 401 | 403 | 404
type Outcomes = Readonly<Record<Identity, Outcome>>

/** Whoever is not signed in, or no longer. Refused everywhere alike. */
export const STRANGERS = [
  'nobody',
  'anotherScheme',
  'emptyToken',
  'malformedToken',
  'unsignedToken',
  'tokenByAnotherKey',
  'tokenByPublicKeyAsSecret',
  'tokenForAnotherAudience',
  'tokenOfAnotherIssuer',
  'tokenOfAnotherType',
  'tokenNotYetValid',
  'expiredToken',
  'loggedOut',
  'deactivatedUser',
  'adminOfDeletedTenant',
] as const
export type Stranger = (typeof STRANGERS)[number]

/** A request that is right in everything but, perhaps, who sends it. */
export interface Attempt {
  readonly params?: Readonly<Record<string, string>>
  readonly body?: Readonly<Record<string, unknown>>
  /** Of a session made for this request, when it costs the session. */
  readonly token?: string
}

/** What requests are made of. */
export interface Cast {
  readonly scene: Scene
  readonly systemAdmin: Person
  /** Of the tenant that is asked for. */
  readonly admin: Person
}

export interface Row {
  readonly operationId: string
  /** What makes it differ from the other rows of the operation. */
  readonly when?: string
  /** What it asks of the policy; absent where everybody who is signed in may. */
  readonly action?: PolicyAction
  /** The thing asked for is the caller’s own: each caller has a request of their own. */
  readonly ofOneself?: true
  /** What is allowed costs the tenant, so it is asked of a tenant made for it. */
  readonly costsTheTenant?: true
  readonly outcomes: Outcomes
  /** Where strangers do not get 401: statuses by who. */
  readonly strangers?: Readonly<Partial<Record<Stranger, number>>>
  readonly attempt: (cast: Cast, caller: Person) => Attempt | Promise<Attempt>
}

const everybody = 'allowed'
const ALL: Outcomes = {
  systemAdmin: everybody,
  platformUser: everybody,
  admin: everybody,
  user: everybody,
  readOnly: everybody,
  foreignAdmin: everybody,
  foreignUser: everybody,
}
/** Within the tenant a refusal is said; for whoever is outside there is nothing. */
const ITS_ADMINS: Outcomes = {
  systemAdmin: 'allowed',
  platformUser: 404,
  admin: 'allowed',
  user: 403,
  readOnly: 403,
  foreignAdmin: 404,
  foreignUser: 404,
}
const SYSTEM_ADMINS_ONLY: Outcomes = {
  systemAdmin: 'allowed',
  platformUser: 403,
  admin: 404,
  user: 404,
  readOnly: 404,
  foreignAdmin: 404,
  foreignUser: 404,
}
/** Somebody else's profile is not found, as if it were not there (G-17). */
const UNSEEN_BUT_BY_ADMINS: Outcomes = { ...ITS_ADMINS, user: 404, readOnly: 404 }

/** What one person has asked for is nothing to anybody else, whoever they are. */
const THE_SYSTEM_ADMINS_OWN: Outcomes = {
  systemAdmin: 'allowed',
  platformUser: 404,
  admin: 404,
  user: 404,
  readOnly: 404,
  foreignAdmin: 404,
  foreignUser: 404,
}

/** An id of the right form that names nothing. */
export const NO_OPERATION = `opr_${'0'.repeat(26)}`

const newTenant = () => ({
  name: 'Harbour Books',
  slug: unique(),
  subscriptionPlan: 'free',
  adminEmail: `${unique()}@example.com`,
  settings: { allowedAuthMethods: ['password'], maxUsers: 5, securityPolicy: {} },
  inviteDelivery: 'return',
})
const tenantOf = ({ admin }: Cast) => ({ tenantId: admin.tenantId })
const colleague = async ({ scene, admin }: Cast) => ({
  tenantId: admin.tenantId,
  userId: text((await scene.invite(admin))['userId']),
})
const dormant = async (cast: Cast) => {
  const target = await colleague(cast)
  await cast.scene.deactivate(cast.admin, target)
  return target
}
const oneself = ({ tenantId, userId }: Person) => ({ tenantId, userId })
const DEACTIVATION = { reason: 'adminAction', deactivationType: 'permanent' }

/** What each operation for signed-in callers answers to each of them. */
export const ROWS: readonly Row[] = [
  { operationId: 'readMe', outcomes: ALL, attempt: () => ({}) },
  {
    operationId: 'readOperation',
    when: 'it is a system admin’s',
    outcomes: THE_SYSTEM_ADMINS_OWN,
    attempt: ({ scene, systemAdmin, admin }) => scene.operation(systemAdmin, admin.tenantId),
  },
  {
    operationId: 'logout',
    outcomes: ALL,
    // Whoever has signed out is signed out (G-40), whether by themselves or because the tenant is on its way out.
    strangers: { loggedOut: 204, adminOfDeletedTenant: 204 },
    attempt: async ({ scene }, caller) => ({ token: (await scene.another(caller)).token }),
  },
  {
    operationId: 'createTenant',
    action: 'tenant.create',
    outcomes: SYSTEM_ADMINS_ONLY,
    attempt: () => ({ body: newTenant() }),
  },
  { operationId: 'listTenants', action: 'tenant.list', outcomes: SYSTEM_ADMINS_ONLY, attempt: () => ({}) },
  {
    operationId: 'readTenant',
    action: 'tenant.read',
    outcomes: ITS_ADMINS,
    attempt: (cast) => ({ params: tenantOf(cast) }),
  },
  {
    operationId: 'updateTenant',
    action: 'tenant.update',
    outcomes: ITS_ADMINS,
    attempt: (cast) => ({
      params: tenantOf(cast),
      body: { name: unique(), settings: { customDomain: `${unique()}.example.com` } },
    }),
  },
  {
    operationId: 'deleteTenant',
    action: 'tenant.delete',
    costsTheTenant: true,
    outcomes: ITS_ADMINS,
    attempt: (cast) => ({ params: tenantOf(cast), body: { deletionReason: 'userRequested' } }),
  },
  {
    operationId: 'deleteTenant',
    when: 'by force',
    costsTheTenant: true,
    // Forcing is a system admin's alone (G-15).
    outcomes: { ...ITS_ADMINS, admin: 403 },
    attempt: (cast) => ({
      params: tenantOf(cast),
      body: { deletionReason: 'violation', forcedBecause: 'a court has ordered it' },
    }),
  },
  {
    operationId: 'readEvents',
    action: 'events.read',
    outcomes: ITS_ADMINS,
    attempt: (cast) => ({ params: tenantOf(cast) }),
  },
  {
    operationId: 'registerUser',
    action: 'user.register',
    outcomes: ITS_ADMINS,
    attempt: (cast) => ({ params: tenantOf(cast), body: { email: `${unique()}@example.com`, role: 'user' } }),
  },
  {
    operationId: 'reinviteUser',
    action: 'user.reinvite',
    outcomes: ITS_ADMINS,
    attempt: async (cast) => ({ params: await colleague(cast), body: { delivery: 'return' } }),
  },
  {
    operationId: 'listUsers',
    action: 'user.list',
    outcomes: ITS_ADMINS,
    attempt: (cast) => ({ params: tenantOf(cast) }),
  },
  {
    operationId: 'readUser',
    action: 'user.read',
    outcomes: UNSEEN_BUT_BY_ADMINS,
    attempt: async (cast) => ({ params: await colleague(cast) }),
  },
  {
    operationId: 'readUser',
    when: 'of oneself',
    action: 'user.read',
    ofOneself: true,
    outcomes: ALL,
    attempt: (_cast, caller) => ({ params: oneself(caller) }),
  },
  {
    operationId: 'updateUser',
    action: 'user.update_profile',
    outcomes: UNSEEN_BUT_BY_ADMINS,
    attempt: async (cast) => ({ params: await colleague(cast), body: { displayName: unique() } }),
  },
  {
    operationId: 'updateUser',
    when: 'of oneself',
    action: 'user.update_profile',
    ofOneself: true,
    outcomes: { ...ALL, readOnly: 404 },
    attempt: (_cast, caller) => ({ params: oneself(caller), body: { displayName: unique() } }),
  },
  {
    operationId: 'updateUser',
    when: 'giving a role',
    action: 'user.update_role',
    outcomes: UNSEEN_BUT_BY_ADMINS,
    attempt: async (cast) => ({ params: await colleague(cast), body: { role: 'readOnly' } }),
  },
  {
    operationId: 'updateUser',
    when: 'giving oneself a role',
    action: 'user.update_role',
    ofOneself: true,
    // Whoever may change their profile is told that the role is not theirs to give (G-73). Admins keep what they have.
    outcomes: { ...ALL, platformUser: 403, user: 403, readOnly: 404, foreignUser: 403 },
    attempt: (_cast, caller) => ({ params: oneself(caller), body: { role: 'admin' } }),
  },
  {
    operationId: 'deactivateUser',
    action: 'user.deactivate',
    outcomes: ITS_ADMINS,
    attempt: async (cast) => ({ params: await colleague(cast), body: DEACTIVATION }),
  },
  {
    operationId: 'reactivateUser',
    action: 'user.reactivate',
    outcomes: ITS_ADMINS,
    attempt: async (cast) => ({ params: await dormant(cast) }),
  },
]

/** Operations that ask for no token, each with a request that it grants. */
export const PUBLIC: Readonly<Record<string, (cast: Cast) => Promise<Attempt>>> = {
  login: async ({ scene, admin }) => ({ body: scene.loginBody(await scene.member(admin, 'user')) }),
  acceptInvitation: async ({ scene, admin }) => ({
    body: scene.acceptanceBody((await scene.invite(admin))['invitation']),
  }),
}

/** Actions that no operation is named for: where they are decided instead. */
export const ASIDE: Readonly<Partial<Record<PolicyAction, string>>> = {
  'session.end': 'logout ends the session of the token itself, whoever it is',
  'events.read_personal': 'decides what readEvents opens, not whether it answers',
}

/** The identities as the table of the policy knows them, and where what is asked for stands to them. */
const IN_POLICY = {
  systemAdmin: { actor: 'systemAdmin', isMember: false },
  platformUser: { actor: 'platformUser', isMember: false },
  admin: { actor: 'tenantAdmin', isMember: true },
  user: { actor: 'user', isMember: true },
  readOnly: { actor: 'readOnly', isMember: true },
  foreignAdmin: { actor: 'tenantAdmin', isMember: false },
  foreignUser: { actor: 'user', isMember: false },
} as const satisfies Record<Identity, { actor: keyof (typeof EXPECTED)[PolicyAction]; isMember: boolean }>

/** Whether the permissions table lets an identity do what a row asks. */
export function policyAllows(action: PolicyAction, { ofOneself }: Pick<Row, 'ofOneself'>, identity: Identity): boolean {
  const { actor, isMember } = IN_POLICY[identity]
  const ofPlatform = action === 'tenant.create' || action === 'tenant.list'
  const isInside = ofPlatform ? actor === 'systemAdmin' || actor === 'platformUser' : isMember
  const relation = ofOneself ? 'own' : isInside ? 'tenant' : 'foreign'
  return EXPECTED[action][actor]?.includes(relation) ?? false
}
