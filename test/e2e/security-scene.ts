import { PLATFORM_TENANT_ID } from '#common/ids.ts'
import { object, succeeded, text, type Client } from './client.ts'
import { ADMIN } from './running-product.ts'
import type { Claims } from './security-tokens.ts'

const PASSWORD = 'Tr0ub4dor&3'
/** An id of the right form that names nobody. */
const NO_USER = `usr_${'0'.repeat(26)}`
const SETTINGS = { allowedAuthMethods: ['password'], maxUsers: 500, securityPolicy: {} }

let serial = 0
/** A name nobody has had before, lower-case, usable in addresses and slugs. */
export const unique = () => `sec-${Date.now().toString(36)}-${(serial++).toString(36)}`

export type Role = 'admin' | 'user' | 'readOnly'

/** A user who is signed in. */
export interface Person extends Claims {
  readonly email: string
  readonly token: string
}

const personOf = (login: Readonly<Record<string, unknown>>): Person => {
  const { userId, tenantId, email } = object(login['user'])
  return {
    userId: text(userId),
    tenantId: text(tenantId),
    email: text(email),
    sessionId: text(login['sessionId']),
    token: text(login['token']),
  }
}

/** What fixtures are made with: everything over the API, as its users would. */
export class Scene {
  readonly client: Client

  constructor(client: Client) {
    this.client = client
  }

  async systemAdmin(): Promise<Person> {
    return personOf(succeeded(await this.client.login(ADMIN.email, ADMIN.password, PLATFORM_TENANT_ID)).body)
  }

  /** Another session of the same person. */
  another(person: Person): Promise<Person> {
    return person.email === ADMIN.email ? this.systemAdmin() : this.signIn(person)
  }

  loginBody({ email, tenantId }: Pick<Person, 'email' | 'tenantId'>) {
    const credentials = { type: 'password', password: PASSWORD }
    return { email, authMethod: 'password', credentials, tenant: tenantId }
  }

  acceptanceBody(invitation: unknown) {
    return { token: text(object(invitation)['token']), password: PASSWORD }
  }

  async signIn({ email, tenantId }: Pick<Person, 'email' | 'tenantId'>): Promise<Person> {
    return personOf(succeeded(await this.client.login(email, PASSWORD, tenantId)).body)
  }

  /** A new tenant; gives its admin. */
  async tenant(by: Person): Promise<Person> {
    const body = {
      name: 'Harbour Books',
      slug: unique(),
      subscriptionPlan: 'free',
      adminEmail: `${unique()}@example.com`,
      settings: SETTINGS,
      inviteDelivery: 'return',
    }
    const created = succeeded(await this.client.call('POST', '/api/v1/tenants', { token: by.token, body })).body
    await this.accept(created['invitation'])
    return this.signIn({ email: body.adminEmail, tenantId: text(created['tenantId']) })
  }

  /** Registers a user of the admin's tenant, or of another when a system admin does it; nobody has signed in as them. */
  async invite(by: Person, role: Role = 'user', tenantId = by.tenantId): Promise<Readonly<Record<string, unknown>>> {
    const body = this.newUser(role)
    const path = `/api/v1/tenants/${tenantId}/users`
    return succeeded(await this.client.call('POST', path, { token: by.token, body })).body
  }

  newUser(role: Role = 'user') {
    return { email: `${unique()}@example.com`, role, inviteDelivery: 'return' }
  }

  async accept(invitation: unknown): Promise<void> {
    const body = this.acceptanceBody(invitation)
    succeeded(await this.client.call('POST', '/api/v1/invitations/accept', { body }))
  }

  /** A user of the admin's tenant, signed in. */
  async member(by: Person, role: Role): Promise<Person> {
    const { email, tenantId, invitation } = await this.invite(by, role)
    await this.accept(invitation)
    return this.signIn({ email: text(email), tenantId: text(tenantId) })
  }

  async deactivate(by: Person, { tenantId, userId }: Pick<Person, 'tenantId' | 'userId'>): Promise<void> {
    const reactivationDate = new Date(Date.now() + 7_200_000).toISOString()
    const body = { reason: 'adminAction', deactivationType: 'temporary', reactivationDate }
    const path = `/api/v1/tenants/${tenantId}/users/${userId}/deactivate`
    succeeded(await this.client.call('POST', path, { token: by.token, body }))
  }

  /** A request to be answered later that will be refused then, so that no log tells of it. */
  async operation({ token }: Person, tenantId: string): Promise<{ readonly params: { readonly operationId: string } }> {
    const accepted = await this.client.call('POST', `/api/v1/tenants/${tenantId}/users/${NO_USER}/deactivate`, {
      token,
      headers: { Prefer: 'respond-async' },
      body: { reason: 'adminAction', deactivationType: 'permanent' },
    })
    return { params: { operationId: text(succeeded(accepted).headers.get('location')).split('/').at(-1) ?? '' } }
  }

  async logout({ token }: Person): Promise<void> {
    succeeded(await this.client.call('POST', '/api/v1/auth/logout', { token }))
  }

  async deleteTenant(by: Person, tenantId: string): Promise<void> {
    const body = { deletionReason: 'violation' }
    succeeded(await this.client.call('DELETE', `/api/v1/tenants/${tenantId}`, { token: by.token, body }))
  }

  /** Types of the events after a position of a tenant's log, up to its head. */
  async eventsAfter(by: Person, tenantId: string, after: number): Promise<readonly unknown[]> {
    const path = `/api/v1/tenants/${tenantId}/events?limit=1000&after=${after}`
    const { items } = succeeded(await this.client.call('GET', path, { token: by.token })).body
    return (items as readonly Readonly<Record<string, unknown>>[]).map((event) => event['type']) // envelopes
  }

  /** Positions of the heads of logs; `changed` names every event that has been added to any of them since. */
  async watch(by: Person, tenantIds: readonly string[]): Promise<{ changed(): Promise<readonly unknown[]> }> {
    const heads = await Promise.all(
      tenantIds.map(async (tenantId) => ({ tenantId, head: await this.#head(by, tenantId) })),
    )
    return {
      changed: async () =>
        (await Promise.all(heads.map(({ tenantId, head }) => this.eventsAfter(by, tenantId, head)))).flat(),
    }
  }

  async #head(by: Person, tenantId: string): Promise<number> {
    let head = 0
    for (;;) {
      const { length } = await this.eventsAfter(by, tenantId, head)
      if (length === 0) return head
      head += length
    }
  }
}
