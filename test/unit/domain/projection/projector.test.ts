import { describe, expect, it } from 'vitest'
import type { EventEnvelope } from '#common/envelope.ts'
import { EVENT_TYPES, UnreadableEvent } from '#domain/events/event-registry.ts'
import { PAGE_SIZE, Projector } from '#domain/projection/projector.ts'
import { VIEW_NAMES, VIEWS } from '#domain/projection/views.ts'
import { MemoryDirectory } from '../../../support/memory-directory.ts'
import { MemoryProjectionStore } from '../../../support/memory-projection-store.ts'
import { settings, sessionIdOf, TENANT, userIdOf } from '../../../support/subjects.ts'
import {
  acceptInvitation,
  createTenant,
  deactivate,
  foundedTenant,
  logout,
  registerUser,
  changeEmail,
  rename,
  WriterUnderTest,
} from '../../../support/writer-under-test.ts'

function projectionOf(
  writer: WriterUnderTest,
  change: { readonly read?: (events: readonly EventEnvelope[]) => readonly EventEnvelope[] } = {},
) {
  const store = new MemoryProjectionStore()
  const directory = new MemoryDirectory()
  const confirmed: number[] = []
  const errors: string[] = []
  const make = () =>
    new Projector({
      eventStore: {
        sharesTenantLog: true,
        readTenant: async (_tenantId, after, limit) => {
          const { events, head } = await writer.storage.readEvents(after, limit)
          return { events: change.read ? change.read(events) : events, head: head.position }
        },
      },
      store,
      directory,
      logger: { error: (message) => void errors.push(message) },
      writer: {
        subjectKeys: (_tenantId, ids) => writer.core.subjectKeys(ids),
        confirmProjected: async (_tenantId, position) => {
          confirmed.push(position)
        },
      },
      cryptography: writer.tools.cryptography,
      keyVault: writer.tools.keyVault,
    })
  return { store, directory, confirmed, errors, make }
}

describe('every view', () => {
  it.each(VIEW_NAMES)('%s handles or ignores every event type', (name) => {
    const { handlers } = VIEWS[name]
    expect(Object.keys(handlers).toSorted()).toEqual([...EVENT_TYPES].toSorted())
    expect(VIEWS[name].name).toBe(name)
    for (const handler of Object.values(handlers)) {
      if (handler !== 'ignored') expect(handler).toEqual({ select: expect.any(Function), reduce: expect.any(Function) })
    }
  })
})

describe('the projector', () => {
  it('follows the log to its end, opens what is personal, and says how far it has come', async () => {
    const writer = await foundedTenant()
    await writer.given(rename(2, 'Bob'))
    const { store, confirmed, make } = projectionOf(writer)
    expect(await make().project(TENANT)).toBe(writer.storage.head.position)
    expect(confirmed).toEqual([writer.storage.head.position])
    expect(store.rows('user_profile')).toMatchObject([
      { email: 'Ada@Example.com' },
      { email: 'user2@example.com', displayName: 'Bob', status: 'active' },
    ])
    expect(store.rows('tenant_metrics')).toMatchObject([{ totalUsers: 2, activeUsers: 2 }])
  })

  it('has nothing to do for a tenant without a log', async () => {
    const { confirmed, make } = projectionOf(new WriterUnderTest())
    expect(await make().project(TENANT)).toBe(0)
    expect(confirmed).toEqual([])
  })

  it('tells the directory which names and addresses the tenant has, and which no more', async () => {
    const writer = await foundedTenant()
    const { directory, errors, make } = projectionOf(writer)
    const { state } = await writer.core.tenant()
    const slug = state.status === 'none' ? '' : state.slug
    const entry = { tenantId: TENANT, region: writer.tools.region }
    const find = (email: string) => directory.find('email', writer.tools.keyVault.emailIndex(email))
    // Reserved by whoever created the tenant, and never confirmed by them.
    await directory.reserve('slug', slug, entry, 60_000)
    await make().project(TENANT)
    expect(await directory.find('slug', slug)).toEqual([entry])
    expect(await find('ada@example.com')).toEqual([entry])
    await writer.given(changeEmail(2, 'new@example.com', 'user2@example.com'))
    await make().project(TENANT)
    expect(await find('user2@example.com')).toEqual([])
    expect(await find('new@example.com')).toEqual([entry])
    expect(errors).toEqual([])
  })

  it('takes back a name that came and went within one page, since its writer may have told the directory', async () => {
    const writer = await foundedTenant()
    const { directory, errors, make } = projectionOf(writer)
    const entry = { tenantId: TENANT, region: writer.tools.region }
    const key = writer.tools.keyVault.emailIndex('user2@example.com')
    const domains = ['one.example.com', 'two.example.com', undefined, 'three.example.com']
    for (const customDomain of domains) {
      if (customDomain !== undefined) await directory.reserve('customDomain', customDomain, entry, 60_000)
      const change = { ...settings(), ...(customDomain !== undefined && { customDomain }) }
      await writer.given({ type: 'tenant.update', input: { tenantId: TENANT, settings: change } })
      if (customDomain !== undefined)
        await directory.confirm('customDomain', customDomain, entry, writer.storage.head.position)
    }
    await directory.confirm('email', key, entry, writer.storage.head.position)
    await writer.given(changeEmail(2, 'new@example.com', 'user2@example.com'))
    await make().project(TENANT)
    expect(await directory.find('email', key)).toEqual([])
    const found = await Promise.all(
      domains.map(async (domain) => (domain === undefined ? [] : directory.find('customDomain', domain))),
    )
    expect(found).toEqual([[], [], [], [entry]])
    expect(errors).toEqual([])
  })

  it('leaves an address to the tenant that one user gave up and another one took', async () => {
    const writer = await foundedTenant()
    const { directory, make } = projectionOf(writer)
    const find = () => directory.find('email', writer.tools.keyVault.emailIndex('user2@example.com'))
    await writer.given(
      changeEmail(2, 'new@example.com', 'user2@example.com'),
      changeEmail(1, 'user2@example.com', 'ada@example.com'),
    )
    await make().project(TENANT)
    expect(await find()).toHaveLength(1)
  })

  it('takes back what it has told the directory after another projector that had come further', async () => {
    const writer = await foundedTenant()
    const { store, directory, make } = projectionOf(writer)
    const find = (email: string) => directory.find('email', writer.tools.keyVault.emailIndex(email))
    let first = true
    directory.beforeConfirm = async () => {
      if (!first) return
      first = false
      await make().project(TENANT)
      await writer.given(changeEmail(2, 'new@example.com', 'user2@example.com'))
      await make().project(TENANT)
    }
    expect(await make().project(TENANT)).toBe(await store.checkpoint())
    expect(await find('user2@example.com')).toEqual([])
    expect(await find('new@example.com')).toHaveLength(1)
    expect(await find('ada@example.com')).toHaveLength(1)
  })

  it('tells the directory again what it could not tell it, and moves on only then', async () => {
    const writer = await foundedTenant()
    const { directory, confirmed, errors, make } = projectionOf(writer)
    directory.away = new Error('the directory is away')
    await expect(make().project(TENANT)).rejects.toThrow('away')
    expect(confirmed).toEqual([])
    directory.away = undefined
    expect(await make().project(TENANT)).toBe(writer.storage.head.position)
    expect(await directory.find('email', writer.tools.keyVault.emailIndex('ada@example.com'))).toHaveLength(1)
    expect(errors).toEqual([])
  })

  it('lets no view wait for a name that another tenant has got, but says so', async () => {
    const writer = await foundedTenant()
    const { directory, errors, make } = projectionOf(writer)
    const { state } = await writer.core.tenant()
    const slug = state.status === 'none' ? '' : state.slug
    await directory.reserve('slug', slug, { tenantId: 'another', region: 'eu' }, 60_000)
    expect(await make().project(TENANT)).toBe(writer.storage.head.position)
    expect(errors).toEqual(['a name of the tenant’s belongs to another tenant'])
  })

  it('counts nothing twice: not when it is woken twice, and not when many race', async () => {
    const writer = await foundedTenant()
    const { store, make } = projectionOf(writer)
    await Promise.all(Array.from({ length: 5 }, () => make().project(TENANT)))
    await writer.given(registerUser(3), deactivate(3), registerUser(4))
    await Promise.all(Array.from({ length: 5 }, () => make().project(TENANT)))
    await make().project(TENANT)
    expect(store.rows('tenant_metrics')).toMatchObject([{ totalUsers: 4, activeUsers: 3 }])
  })

  it('goes on from where another projector has come while it was at work', async () => {
    const writer = await foundedTenant()
    const { store, make } = projectionOf(writer)
    let first = true
    store.beforeCommit = async () => {
      if (!first) return
      first = false
      await make().project(TENANT)
      await writer.given(registerUser(3))
    }
    expect(await make().project(TENANT)).toBe(writer.storage.head.position)
    expect(store.rows('tenant_metrics')).toMatchObject([{ totalUsers: 3 }])
  })

  it('takes a long log page after page', async () => {
    const writer = await new WriterUnderTest().given(createTenant({ settings: settings({ maxUsers: 1_000 }) }))
    await writer.all(Array.from({ length: 600 }, (_, index) => registerUser(2 + index)))
    expect(writer.storage.head.position).toBeGreaterThan(PAGE_SIZE)
    const { store, make } = projectionOf(writer)
    await make().project(TENANT)
    expect(store.rows('tenant_metrics')).toMatchObject([{ totalUsers: 601 }])
  })

  it('shows nothing personal of a person who has been erased', async () => {
    const writer = await foundedTenant()
    const { head } = writer.storage
    await writer.storage.commit({ expected: head, head, events: [], puts: [], deletes: [`subjectKey/${userIdOf(2)}`] })
    const { store, make } = projectionOf(writer)
    await make().project(TENANT)
    expect(store.rows('user_profile').find(({ key }) => key === userIdOf(2))).toMatchObject({
      email: '',
      status: 'active',
    })
  })

  it('erases nobody under a wrong master key', async () => {
    const writer = await foundedTenant()
    const wrong = new WriterUnderTest(writer.storage, {
      ...writer.tools,
      keyVault: { ...writer.tools.keyVault, unwrap: () => undefined },
    })
    const { store, make } = projectionOf(wrong)
    await expect(make().project(TENANT)).rejects.toThrow('master key')
    expect(await store.checkpoint()).toBe(0)
  })

  it('stops at an event it cannot read, and keeps its place', async () => {
    const writer = await foundedTenant()
    const { store, make } = projectionOf(writer, {
      read: (events) => events.map((event) => (event.position === 4 ? { ...event, type: 'user.cloned' } : event)),
    })
    await expect(make().project(TENANT)).rejects.toThrow(UnreadableEvent)
    expect(await store.checkpoint()).toBe(0)
  })
})

describe('auth_sessions', () => {
  const sessionsOf = async (writer: WriterUnderTest) => {
    const { store, make } = projectionOf(writer)
    await make().project(TENANT)
    return store.rows('auth_sessions').map((row) => [row.key, (row as unknown as { isActive: boolean }).isActive]) // rows of this view
  }

  it('shows where a session came from, and that it has ended', async () => {
    const writer = await foundedTenant()
    await writer.signIn(2, 1)
    await writer.signIn(2, 2)
    await writer.given(logout(1))
    expect(await sessionsOf(writer)).toEqual([
      [sessionIdOf(1), false],
      [sessionIdOf(2), true],
    ])
    const { store, make } = projectionOf(writer)
    await make().project(TENANT)
    expect(store.rows('auth_sessions')[1]).toMatchObject({
      userId: userIdOf(2),
      ipAddress: '192.0.2.7',
      deviceInfo: { userAgent: 'curl/8' },
    })
  })

  it('ends all sessions of who is deactivated, in the same page and in a later one, and nobody else’s', async () => {
    const writer = await foundedTenant()
    await writer.given(registerUser(3), acceptInvitation(3))
    for (const [user, session] of [
      [2, 1],
      [2, 2],
      [3, 3],
    ] as const)
      await writer.signIn(user, session)
    const { store, make } = projectionOf(writer)
    await make().project(TENANT)
    await writer.signIn(2, 4)
    await writer.given(deactivate(2))
    await make().project(TENANT)
    const expected = [
      [sessionIdOf(1), false],
      [sessionIdOf(2), false],
      [sessionIdOf(3), true],
      [sessionIdOf(4), false],
    ]
    expect(
      store.rows('auth_sessions').map((row) => [row.key, (row as unknown as { isActive: boolean }).isActive]),
    ).toEqual(expected) // as above
    expect(await sessionsOf(writer)).toEqual(expected)
  })
})
