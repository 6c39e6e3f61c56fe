import { beforeAll, describe, expect, it } from 'vitest'
import { PLATFORM_TENANT_ID } from '#common/ids.ts'
import { PERMISSIONS } from '#domain/policy/permissions.ts'
import { text, type Answer, type CallOptions } from './client.ts'
import { StrictClient } from './security-answers.ts'
import {
  ASIDE,
  IDENTITIES,
  policyAllows,
  PUBLIC,
  ROWS,
  STRANGERS,
  type Cast,
  type Identity,
  type Row,
  type Stranger,
} from './security-expectations.ts'
import { attempt, operationsOf, pathOf, type Operation } from './security-operations.ts'
import { Scene, type Person } from './security-scene.ts'
import type { Subject } from './security-subject.ts'
import { TokenForge } from './security-tokens.ts'

interface Ensemble extends Cast {
  readonly client: StrictClient
  readonly people: Readonly<Record<Identity, Person>>
  readonly strangers: Readonly<Record<Stranger, CallOptions>>
  readonly operations: readonly Operation[]
  readonly forge: TokenForge
}

const FAR_AHEAD = 999_999

/** Who may do what: every operation of the OpenAPI document, asked by everybody. */
export function accessCases(subjectOf: () => Subject): void {
  let all: Ensemble
  beforeAll(async () => {
    all = await gather(subjectOf())
  }, 90_000)

  const operationOf = ({ operationId }: Row) => {
    const found = all.operations.find(({ id }) => id === operationId)
    if (!found) throw new Error(`${operationId} is no operation`)
    return found
  }

  describe('the table of expectations', () => {
    it('knows every operation of the document and no other', () => {
      const expected = new Set([...Object.keys(PUBLIC), ...ROWS.map(({ operationId }) => operationId)])
      expect(all.operations.map(({ id }) => id).toSorted()).toEqual([...expected].toSorted())
    })

    it('is open where the document declares no security, and only there', () => {
      const open = all.operations.filter(({ isSecured }) => !isSecured).map(({ id }) => id)
      expect(open.toSorted()).toEqual(Object.keys(PUBLIC).toSorted())
    })

    it('asks for every action of the permissions table', () => {
      const asked = new Set([...ROWS.flatMap(({ action }) => action ?? []), ...Object.keys(ASIDE)])
      expect([...asked].toSorted()).toEqual(Object.keys(PERMISSIONS).toSorted())
    })

    it('agrees with the table of the policy, decision by decision', () => {
      const disagreeing = ROWS.flatMap((row) =>
        IDENTITIES.filter(
          (one) => row.action && policyAllows(row.action, row, one) !== (row.outcomes[one] === 'allowed'),
        ).map((one) => `${row.operationId} ${row.when ?? ''} ${one}`),
      )
      expect(disagreeing).toEqual([])
    })
  })

  describe.each(ROWS.map((row) => ({ name: `${row.operationId}${row.when ? ` ${row.when}` : ''}`, row })))(
    '$name',
    ({ row }) => {
      it('is refused to strangers and to whoever may not, and then nothing has changed', async () => {
        const operation = operationOf(row)
        const shared = await row.attempt(all, all.admin)
        const logs = await all.scene.watch(all.systemAdmin, [
          PLATFORM_TENANT_ID,
          all.admin.tenantId,
          all.people.foreignAdmin.tenantId,
        ])
        const wrong: unknown[] = []
        const note = (who: string, expected: number, { status, body }: Answer) => {
          const code = { 401: 'unauthenticated', 403: 'access_denied', 404: 'resource.not_found' }[status]
          if (status !== expected || (status !== 204 && body['code'] !== code)) wrong.push([who, status, body])
        }
        for (const stranger of STRANGERS) {
          const expected = row.strangers?.[stranger] ?? 401
          note(stranger, expected, await attempt(all.client, operation, shared, all.strangers[stranger]))
        }
        for (const identity of IDENTITIES) {
          const expected = row.outcomes[identity]
          if (expected === 'allowed') continue
          const caller = all.people[identity]
          const own = row.ofOneself ? await row.attempt(all, caller) : shared
          const options = { token: caller.token, headers: temptations(all.admin.tenantId) }
          note(identity, expected, await attempt(all.client, operation, own, options))
        }
        expect(wrong).toEqual([])
        expect(await logs.changed()).toEqual([])
        // What was refused to others was nothing but theirs to be refused: the very same request is granted.
        if (row.ofOneself || row.costsTheTenant || row.operationId === 'logout') return
        const granted = await attempt(all.client, operation, shared, { token: all.systemAdmin.token })
        expect([granted.status < 300, granted.body]).toEqual([true, granted.body])
      })

      it('is granted to whoever may', async () => {
        for (const identity of IDENTITIES) {
          if (row.outcomes[identity] !== 'allowed') continue
          const cast = row.costsTheTenant ? { ...all, admin: await all.scene.tenant(all.systemAdmin) } : all
          const caller = row.costsTheTenant && identity === 'admin' ? cast.admin : all.people[identity]
          const request = await row.attempt(cast, caller)
          const answer = await attempt(all.client, operationOf(row), request, { token: request.token ?? caller.token })
          expect([identity, answer.status < 300, answer.body]).toEqual([identity, true, answer.body])
        }
      })
    },
  )

  describe.each(Object.entries(PUBLIC))('%s', (operationId, prepare) => {
    it('needs no token, and looks at none', async () => {
      const operation = operationOf({ operationId } as Row) // all that is asked of it
      for (const stranger of ['nobody', 'malformedToken', 'expiredToken', 'deactivatedUser'] as const) {
        const answer = await attempt(all.client, operation, await prepare(all), all.strangers[stranger])
        expect([stranger, answer.status]).toEqual([stranger, 200])
      }
    })
  })

  describe('tenants', () => {
    it('never reach each other’s users through an id of the other', async () => {
      const { foreignAdmin } = all.people
      const victims = [
        { tenantId: foreignAdmin.tenantId, userId: all.people.user.userId },
        { tenantId: all.admin.tenantId, userId: foreignAdmin.userId },
      ]
      const rows = ROWS.filter((row) => operationOf(row).path.includes('{userId}'))
      expect(rows.length).toBeGreaterThan(5)
      const logs = await all.scene.watch(all.systemAdmin, [all.admin.tenantId, foreignAdmin.tenantId])
      for (const row of rows) {
        const { body } = await row.attempt(all, all.admin)
        // Made by the attempt itself, in a tenant where that is allowed.
        const before = await all.scene.watch(all.systemAdmin, [all.admin.tenantId, foreignAdmin.tenantId])
        for (const params of victims) {
          const answer = await attempt(
            all.client,
            operationOf(row),
            { params, ...(body && { body }) },
            { token: foreignAdmin.token },
          )
          expect([row.operationId, answer.status, answer.body['code']]).toEqual([
            row.operationId,
            404,
            'resource.not_found',
          ])
        }
        expect(await before.changed()).toEqual([])
      }
      expect(await logs.changed()).not.toContain('user.profile_updated')
    })

    it('answer for a foreign tenant as for one that is not, whatever is wrong with the request', async () => {
      const { token } = all.people.foreignAdmin
      const missing = `ten_${'0'.repeat(25)}1`
      const suspicious = [
        { body: { settings: { maxUsers: -1 } }, operationId: 'updateTenant' },
        { body: {}, operationId: 'updateTenant' },
        { body: { deletionReason: 'violation', forcedBecause: 'curiosity' }, operationId: 'deleteTenant' },
        { body: { deletionReason: 'violation', dataRetentionPeriod: '1d' }, operationId: 'deleteTenant' },
        { body: { email: all.admin.email, role: 'user' }, operationId: 'registerUser' },
        { body: { email: 'a@mailinator.com', role: { custom: 'none' } }, operationId: 'registerUser' },
      ]
      for (const { body, operationId } of suspicious) {
        const operation = operationOf({ operationId } as Row) // all that is asked of it
        const shapes = []
        for (const tenantId of [all.admin.tenantId, missing]) {
          const headers = temptations(tenantId)
          const answer = await attempt(all.client, operation, { params: { tenantId }, body }, { token, headers })
          shapes.push([answer.status, answer.body['code'], answer.body['detail']])
        }
        expect(shapes[0]).toEqual(shapes[1])
        expect(shapes[0]?.[0]).toBe(404)
      }
    })

    it('do not give a tenant’s name away by refusing it a domain', async () => {
      const { foreignAdmin } = all.people
      const customDomain = `${foreignAdmin.sessionId.replace('_', '-')}.example.com`
      const body = { settings: { customDomain } }
      const patch = (tenantId: string) =>
        all.client.call('PATCH', `/api/v1/tenants/${tenantId}`, { token: foreignAdmin.token, body })
      expect((await patch(all.admin.tenantId)).status).toBe(404)
      expect((await patch(foreignAdmin.tenantId)).status).toBe(200)
    })

    it('open the personal fields of their log to their own admins only', async () => {
      const path = pathOf(operationOf({ operationId: 'readEvents' } as Row), { tenantId: all.admin.tenantId }) // as above
      const own = await all.client.call('GET', path, { token: all.admin.token })
      const fromAbove = await all.client.call('GET', path, { token: all.systemAdmin.token })
      expect(JSON.stringify(own.body)).toContain(all.admin.email)
      expect(JSON.stringify(fromAbove.body)).not.toContain(all.admin.email)
    })
  })

  it('refuses forged tokens for their fault alone: one without any is taken', async () => {
    const answer = await all.client.call('GET', '/api/v1/me', { token: await all.forge.valid(all.admin) })
    expect([answer.status, answer.body['userId']]).toEqual([200, all.admin.userId])
  })

  it('takes a right away with the very next request', async () => {
    const { scene, client, admin } = all
    const former = await scene.member(admin, 'admin')
    const path = `/api/v1/tenants/${admin.tenantId}/users`
    const register = () => attempt(client, { method: 'POST', path }, { body: scene.newUser() }, { token: former.token })
    expect((await register()).status).toBe(201)
    const body = { role: 'user' }
    await client.call('PATCH', `${path}/${former.userId}`, { token: admin.token, body })
    const answer = await register()
    expect([answer.status, answer.body['code']]).toEqual([403, 'access_denied'])
  })

  it('takes a token for its own session and user only', async () => {
    const { admin, user, foreignAdmin } = all.people
    const crossed = [
      { ...admin, userId: user.userId },
      { ...admin, tenantId: foreignAdmin.tenantId },
      { ...admin, sessionId: foreignAdmin.sessionId },
      { ...admin, tenantId: PLATFORM_TENANT_ID },
    ]
    for (const claims of crossed) {
      const answer = await all.client.call('GET', '/api/v1/me', { token: await all.forge.valid(claims) })
      expect(answer.status).toBe(401)
    }
  })
}

/** Headers that must open nothing, nor answer before the question who asks has been. */
const temptations = (tenantId: string) => ({
  'X-Tenant': tenantId,
  'If-Match': `"${FAR_AHEAD}"`,
  'Consistency-Token': `${tenantId}@${FAR_AHEAD}`,
  'X-HTTP-Method-Override': 'GET',
  'X-Forwarded-For': '127.0.0.1',
})

async function gather({ url, publicUrl, key }: Subject): Promise<Ensemble> {
  const client = new StrictClient(url)
  const scene = new Scene(client)
  const operations = await operationsOf(client)
  const systemAdmin = await scene.systemAdmin()
  const admin = await scene.tenant(systemAdmin)
  const foreignAdmin = await scene.tenant(systemAdmin)
  const people = {
    systemAdmin,
    admin,
    foreignAdmin,
    platformUser: await scene.member(systemAdmin, 'user'),
    user: await scene.member(admin, 'user'),
    readOnly: await scene.member(admin, 'readOnly'),
    foreignUser: await scene.member(foreignAdmin, 'user'),
  }
  const forge = new TokenForge(await key(), publicUrl)
  return {
    client,
    scene,
    operations,
    systemAdmin,
    admin,
    people,
    forge,
    strangers: await gatherStrangers(scene, systemAdmin, admin, forge),
  }
}

/** All of them would be admins of the tenant, were it not for what they are named for. */
async function gatherStrangers(scene: Scene, systemAdmin: Person, admin: Person, forge: TokenForge) {
  const loggedOut = await scene.another(admin)
  await scene.logout(loggedOut)
  const deactivated = await scene.member(admin, 'admin')
  await scene.deactivate(admin, deactivated)
  const ofDeletedTenant = await scene.tenant(systemAdmin)
  await scene.deleteTenant(systemAdmin, ofDeletedTenant.tenantId)
  return {
    nobody: {},
    anotherScheme: { headers: { Authorization: `Basic ${Buffer.from('root:root').toString('base64')}` } },
    emptyToken: { headers: { Authorization: 'Bearer ' } },
    malformedToken: { token: 'x.y.z' },
    unsignedToken: { token: await forge.unsigned(admin) },
    tokenByAnotherKey: { token: await forge.byAnotherKey(admin) },
    tokenByPublicKeyAsSecret: { token: await forge.byPublicKeyAsSecret(admin) },
    tokenForAnotherAudience: { token: await forge.forAnotherAudience(admin) },
    tokenOfAnotherIssuer: { token: await forge.ofAnotherIssuer(admin) },
    tokenOfAnotherType: { token: await forge.ofAnotherType(admin) },
    tokenNotYetValid: { token: await forge.notYetValid(admin) },
    expiredToken: { token: await forge.expired(admin) },
    loggedOut: { token: loggedOut.token },
    deactivatedUser: { token: deactivated.token },
    adminOfDeletedTenant: { token: text(ofDeletedTenant.token) },
  } satisfies Record<Stranger, CallOptions>
}
