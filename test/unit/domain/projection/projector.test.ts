import { describe, expect, it } from 'vitest'
import { EmailAddress } from '#common/email.ts'
import type { EventEnvelope } from '#common/envelope.ts'
import { EVENT_TYPES } from '#domain/events/event-registry.ts'
import { positionOfView } from '#domain/ports/projection-store.ts'
import { CURRENT_VERSIONS } from '#domain/projection/view-versions.ts'
import { PAGE_SIZE, Projector, ViewsAheadFault } from '#domain/projection/projector.ts'
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
  change: {
    readonly read?: (events: readonly EventEnvelope[]) => readonly EventEnvelope[]
    readonly keys?: (keys: Readonly<Record<string, string>>) => Readonly<Record<string, string>>
  } = {},
) {
  const store = new MemoryProjectionStore()
  const directory = new MemoryDirectory()
  const confirmed: number[] = []
  const errors: string[] = []
  const waits: number[] = []
  const outdated: string[] = []
  /** Called whenever the projector waits. */
  const onWait: { call: () => void } = { call: () => undefined }
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
        subjectKeys: async (_tenantId, ids) => {
          const keys = await writer.core.subjectKeys(ids)
          return change.keys ? change.keys(keys) : keys
        },
        confirmProjected: async (_tenantId, position) => {
          confirmed.push(position)
        },
      },
      cryptography: writer.tools.cryptography,
      keyVault: writer.tools.keyVault,
      wait: async (milliseconds) => {
        waits.push(milliseconds)
        onWait.call()
      },
      onOutdated: (tenantId) => void outdated.push(tenantId),
    })
  return { store, directory, confirmed, errors, waits, outdated, onWait, make }
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
    expect(await make().project(TENANT)).toMatchObject({ position: writer.storage.head.position, halted: [] })
    expect(confirmed).toEqual([writer.storage.head.position])
    expect(store.rows('user_profile')).toMatchObject([
      { email: 'Ada@Example.com' },
      { email: 'user2@example.com', displayName: 'Bob', status: 'active' },
    ])
    expect(store.rows('tenant_metrics')).toMatchObject([{ totalUsers: 2, activeUsers: 2 }])
  })

  it('has nothing to do for a tenant without a log', async () => {
    const { confirmed, make } = projectionOf(new WriterUnderTest())
    expect(await make().project(TENANT)).toMatchObject({ position: 0, halted: [] })
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

  it.each([
    ['met a conflict', undefined],
    ['could not be written', new Error('the read models are away')],
  ])('says too late what a name was, with a page that %s, because another had come further', async (_how, fault) => {
    const writer = await foundedTenant()
    const { store, directory, make } = projectionOf(writer)
    const find = (email: string) => directory.find('email', writer.tools.keyVault.emailIndex(email))
    const projector = make()
    directory.beforeConfirm = async () => {
      directory.beforeConfirm = undefined
      await make().project(TENANT)
      await writer.given(changeEmail(2, 'new@example.com', 'user2@example.com'))
      await make().project(TENANT)
      if (fault) store.beforeCommit = () => Promise.reject(fault)
    }
    if (fault) {
      await expect(projector.project(TENANT)).rejects.toThrow(fault)
      expect(await find('user2@example.com')).toEqual([])
      store.beforeCommit = () => Promise.resolve()
    }
    expect(await projector.project(TENANT)).toMatchObject({ position: store.position })
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
    expect(await make().project(TENANT)).toMatchObject({ position: writer.storage.head.position, halted: [] })
    expect(await directory.find('email', writer.tools.keyVault.emailIndex('ada@example.com'))).toHaveLength(1)
    expect(errors).toEqual([])
  })

  it('lets no view wait for a name that another tenant has got, but says so', async () => {
    const writer = await foundedTenant()
    const { directory, errors, make } = projectionOf(writer)
    const { state } = await writer.core.tenant()
    const slug = state.status === 'none' ? '' : state.slug
    await directory.reserve('slug', slug, { tenantId: 'another', region: 'eu' }, 60_000)
    expect(await make().project(TENANT)).toMatchObject({ position: writer.storage.head.position, halted: [] })
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
    expect(await make().project(TENANT)).toMatchObject({ position: writer.storage.head.position, halted: [] })
    expect(store.rows('tenant_metrics')).toMatchObject([{ totalUsers: 3 }])
  })

  it('takes back no name that another projector is about to come to', async () => {
    const writer = await foundedTenant()
    // The other one dies behind its first page, which is a short one.
    const other = { isAtWork: false, pages: 0 }
    const { store, directory, make } = projectionOf(writer, {
      read(events) {
        if (!other.isAtWork) return events
        if (other.pages++ > 0) throw new Error('died')
        return events.slice(0, 1)
      },
    })
    store.beforeCommit = async () => {
      store.beforeCommit = () => Promise.resolve()
      other.isAtWork = true
      await expect(make().project(TENANT)).rejects.toThrow('died')
      other.isAtWork = false
    }
    const release = directory.release.bind(directory)
    directory.release = async (...given) => {
      await make().project(TENANT)
      await release(...given)
    }
    await make().project(TENANT)
    expect(store.position).toBe(writer.storage.head.position)
    const index = writer.tools.keyVault.emailIndex('ada@example.com')
    expect(await directory.find('email', index)).toHaveLength(1)
  })

  it('confirms an address that went to another user, though a projector has died when it had given it back', async () => {
    const writer = await foundedTenant()
    const { store, directory, make } = projectionOf(writer)
    await make().project(TENANT)
    await writer.given(changeEmail(2, 'new@example.com', 'user2@example.com'))
    store.beforeCommit = () => Promise.reject(new Error('died'))
    await expect(make().project(TENANT)).rejects.toThrow('died')
    await writer.given(registerUser(3, { email: EmailAddress.parse('user2@example.com') }))
    store.beforeCommit = () => Promise.resolve()
    await make().project(TENANT)
    for (const address of ['user2@example.com', 'new@example.com'])
      expect(await directory.find('email', writer.tools.keyVault.emailIndex(address))).toHaveLength(1)
  })

  it('does not trust its memory when the database has come back from a crash without the last projections', async () => {
    const writer = await foundedTenant()
    const { store, confirmed, make } = projectionOf(writer)
    const projector = make()
    await projector.project(TENANT)
    const crash = store.snapshot()
    await writer.given(registerUser(3))
    await projector.project(TENANT)
    crash()
    expect(await projector.project(TENANT)).toMatchObject({ position: writer.storage.head.position, halted: [] })
    expect(store.position).toBe(writer.storage.head.position)
    expect(store.rows('tenant_metrics')).toMatchObject([{ totalUsers: 3 }])
    expect(confirmed.at(-1)).toBe(writer.storage.head.position)
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
      keyVault: { ...writer.tools.keyVault, unwrap: () => undefined, hasOpened: () => false },
    })
    const { store, make } = projectionOf(wrong)
    await expect(make().project(TENANT)).rejects.toThrow('master key')
    expect(store.position).toBe(0)
  })
})

describe('a view that meets an event it cannot fold', () => {
  /** A tenant whose event at position 4 a view cannot read as long as `poisoned` holds. */
  async function poisonedTenant(type = 'user.cloned') {
    const writer = await foundedTenant()
    await writer.given(rename(2, 'Bob'))
    const poison = { is: true }
    const scene = projectionOf(writer, {
      read: (events) =>
        events.map((event) =>
          poison.is && event.position === 4
            ? { ...event, type, schemaVersion: type === event.type ? '9.0.0' : event.schemaVersion }
            : event,
        ),
    })
    return { writer, poison, head: writer.storage.head.position, ...scene }
  }

  it('halts there after three tries, and keeps no other view from following to the end', async () => {
    const { writer, store, waits, errors, head, make } = await poisonedTenant('user.invitation_accepted')
    const { type } = writer.storage.events[3] ?? {}
    expect(type).toBe('user.invitation_accepted')
    const state = await make().project(TENANT)
    expect(state.position).toBe(head)
    expect(state.halted.map(({ view, position }) => [view, position])).toEqual([
      ['tenant_metrics', 4],
      ['user_profile', 4],
    ])
    expect(waits).toEqual([50, 250])
    expect(await store.halts()).toMatchObject([
      {
        view: 'tenant_metrics',
        position: 4,
        eventType: 'user.invitation_accepted',
        attempts: 3,
        error: expect.stringContaining('9.0.0'),
      },
      { view: 'user_profile' },
    ])
    expect(errors).toEqual(
      Array.from({ length: 2 }, () => 'a view stands still at an event it cannot fold: retry it, or skip the event'),
    )
    // What came before it is there, what comes after it is not.
    expect(store.rows('user_profile')).toMatchObject([{ position: 3, status: 'invited' }])
    expect(store.rows('tenant_details')).toHaveLength(1)
    expect(positionOfView(state, 'user_profile')).toBe(3)
    expect(positionOfView(state, 'auth_sessions')).toBe(head)
  })

  it('takes no further page until it is retried, and confirms the log as followed so that nobody is woken for it', async () => {
    const { writer, store, confirmed, make } = await poisonedTenant()
    await make().project(TENANT)
    await writer.given(registerUser(3))
    await make().project(TENANT)
    expect(confirmed.at(-1)).toBe(writer.storage.head.position)
    expect(store.rows('user_profile').some(({ key }) => key === userIdOf(3))).toBe(false)
  })

  it('halts all views at an event of a type that nobody here knows', async () => {
    const { store, make } = await poisonedTenant()
    expect((await make().project(TENANT)).halted).toHaveLength(VIEW_NAMES.length)
    expect((await store.halts()).map(({ error }) => error)).toEqual(
      Array.from(VIEW_NAMES, () => 'UnreadableEvent: unknown event type user.cloned'),
    )
  })

  it('does not halt at a fault that passes', async () => {
    const { poison, store, waits, head, make, onWait } = await poisonedTenant()
    onWait.call = () => (poison.is = false)
    expect(await make().project(TENANT)).toMatchObject({ position: head, halted: [] })
    expect(waits).toEqual([50])
    expect(store.rows('user_profile')).toMatchObject([{}, { displayName: 'Bob' }])
  })

  it('catches up when it is retried, and then is as if nothing had been', async () => {
    const { writer, poison, store, directory, make } = await poisonedTenant()
    await make().project(TENANT)
    await writer.given(changeEmail(2, 'new@example.com', 'user2@example.com'), registerUser(3))
    await make().project(TENANT)
    poison.is = false
    for (const view of VIEW_NAMES) expect(await make().retry(TENANT, view)).toBeUndefined()
    expect(await make().project(TENANT)).toMatchObject({ position: writer.storage.head.position, halted: [] })
    const fresh = projectionOf(writer)
    await fresh.make().project(TENANT)
    for (const view of VIEW_NAMES) expect(store.rows(view)).toEqual(fresh.store.rows(view))
    const holders = await directory.find('email', writer.tools.keyVault.emailIndex('new@example.com'))
    expect(holders).toHaveLength(1)
  })

  it('misses nothing of a page that another projector had begun without it when it followed again', async () => {
    const { writer, poison, store, make } = await poisonedTenant('user.invitation_accepted')
    await make().project(TENANT)
    poison.is = false
    await writer.given(registerUser(3))
    store.beforeCommit = async () => {
      store.beforeCommit = () => Promise.resolve()
      for (const view of VIEW_NAMES) expect(await make().retry(TENANT, view)).toBeUndefined()
    }
    expect(await make().project(TENANT)).toMatchObject({ position: writer.storage.head.position, halted: [] })
    expect(store.rows('tenant_metrics')).toMatchObject([{ totalUsers: 3 }])
    expect(store.rows('user_profile').map(({ key }) => key)).toContain(userIdOf(3))
  })

  it('halts anew when it is retried in vain, and counts the tries', async () => {
    const { make } = await poisonedTenant()
    await make().project(TENANT)
    expect(await make().retry(TENANT, 'user_profile')).toMatchObject({ position: 4, attempts: 6 })
  })

  it('goes on without an event that somebody has had it skip', async () => {
    const { store, head, make } = await poisonedTenant()
    await make().project(TENANT)
    const skipped = { view: 'user_profile', position: 4, reason: 'a faulty import', by: 'ops' } as const
    expect(await store.skip(TENANT, { ...skipped, position: 3 })).toBe(false)
    expect(await store.skip(TENANT, skipped)).toBe(true)
    expect(await make().retry(TENANT, 'user_profile')).toBeUndefined()
    expect(positionOfView(await store.state(), 'user_profile')).toBe(head)
    expect(store.rows('user_profile')).toMatchObject([{ status: 'invited' }, { displayName: 'Bob', status: 'active' }])
  })

  it('leaves out an event that somebody has had it skip while it was following it', async () => {
    const { store, poison, make } = await poisonedTenant()
    await make().project(TENANT)
    poison.is = false
    const catchUp = store.catchUp.bind(store)
    store.catchUp = async (...given) => {
      store.catchUp = catchUp
      await store.skip(TENANT, { view: 'user_profile', position: 4, reason: 'a faulty import', by: 'ops' })
      return catchUp(...given)
    }
    expect(await make().retry(TENANT, 'user_profile')).toBeUndefined()
    expect(store.rows('user_profile')).toMatchObject([{ status: 'invited' }, { displayName: 'Bob' }])
  })

  it.each(['confirm', 'release'] as const)(
    'tells the directory nothing for good when another has followed further, and it comes late to %s a name',
    async (told) => {
      const { writer, poison, store, directory, make } = await poisonedTenant()
      await make().project(TENANT)
      await writer.given(registerUser(3), changeEmail(2, 'new@example.com', 'user2@example.com'))
      await make().project(TENANT)
      poison.is = false
      const tell: (...given: never) => Promise<unknown> = directory[told].bind(directory)
      Object.assign(directory, {
        async [told](...given: never) {
          Object.assign(directory, { [told]: tell })
          await writer.given(changeEmail(3, 'newer@example.com', 'user3@example.com'))
          await make().project(TENANT)
          for (const view of VIEW_NAMES) expect(await make().retry(TENANT, view)).toBeUndefined()
          return tell(...given)
        },
      })
      expect(await make().retry(TENANT, 'user_profile')).toBeUndefined()
      const find = (email: string) => directory.find('email', writer.tools.keyVault.emailIndex(email))
      expect(await find('user2@example.com')).toEqual([])
      expect(await find('user3@example.com')).toEqual([])
      for (const email of ['new@example.com', 'newer@example.com']) expect(await find(email)).toHaveLength(1)
      expect(store.rows('user_profile')).toMatchObject([{}, {}, { email: 'newer@example.com' }])
    },
  )

  it('folds nothing over rows of a view that another has followed further', async () => {
    const { writer, poison, store, directory, make } = await poisonedTenant()
    await make().project(TENANT)
    await writer.given(changeEmail(2, 'new@example.com', 'user2@example.com'))
    await make().project(TENANT)
    poison.is = false
    let late = 0
    const load = store.load.bind(store)
    store.load = async (...given) => {
      store.load = load
      for (const view of VIEW_NAMES) expect(await make().retry(TENANT, view)).toBeUndefined()
      directory.beforeConfirm = async () => void late++
      return load(...given)
    }
    expect(await make().retry(TENANT, 'user_profile')).toBeUndefined()
    expect(late).toBe(0)
  })

  it('knows nothing to retry where nothing has halted', async () => {
    const { make } = projectionOf(await foundedTenant())
    await make().project(TENANT)
    expect(await make().retry(TENANT, 'user_profile')).toBeUndefined()
  })
})

describe('a person’s key that is damaged', () => {
  it('halts the views that need it, and no other, and blanks nobody', async () => {
    const writer = await foundedTenant()
    await writer.given(registerUser(3))
    const damage = { is: true }
    const { store, make } = projectionOf(writer, {
      keys: (keys) =>
        damage.is
          ? Object.fromEntries(Object.entries(keys).map(([id, key]) => [id, id === userIdOf(3) ? 'mk1.AAAA' : key]))
          : keys,
    })
    const { halted } = await make().project(TENANT)
    const position = writer.storage.events.find(({ personal }) => personal?.keyId === userIdOf(3))?.position
    expect(halted).toEqual(
      (['tenant_metrics', 'user_profile'] as const).map((view) => expect.objectContaining({ view, position })),
    )
    expect((await store.halts())[0]?.error).toBe('DamagedKey: the key of its personal fields does not open')
    expect(store.rows('user_profile').map(({ key }) => key)).not.toContain(userIdOf(3))
    damage.is = false
    for (const { view } of halted) expect(await make().retry(TENANT, view)).toBeUndefined()
    expect(store.rows('user_profile').find(({ key }) => key === userIdOf(3))).toMatchObject({
      email: 'user3@example.com',
    })
  })
})

describe('a row that the store does not take', () => {
  const refusedUser = async (users = 40) => {
    const writer = await foundedTenant()
    for (let number = 3; number <= users; number++) await writer.given(registerUser(number))
    const scene = projectionOf(writer)
    scene.store.refuses = (view, row) => view === 'user_profile' && row.key === userIdOf(20)
    const position = writer.storage.events.find(
      ({ data }) => (data as { userId?: string }).userId === userIdOf(20),
    )?.position
    return { writer, position, ...scene }
  }

  it('halts its view at the event that it follows from, wherever in a page that is, and the other views go on', async () => {
    const { writer, position, store, make } = await refusedUser()
    const state = await make().project(TENANT)
    expect(state).toMatchObject({
      position: writer.storage.head.position,
      halted: [{ view: 'user_profile', position }],
    })
    expect(await store.halts()).toMatchObject([
      { view: 'user_profile', position, attempts: 3, error: 'RefusedRow: it is too long' },
    ])
    expect(store.rows('user_profile').map(({ key }) => key)).toContain(userIdOf(19))
    expect(store.rows('tenant_metrics')).toMatchObject([{ totalUsers: 40 }])
  })

  it('does not halt a view for a refusal that passes', async () => {
    const { writer, store, onWait, make } = await refusedUser()
    onWait.call = () => (store.refuses = () => false)
    expect(await make().project(TENANT)).toMatchObject({ position: writer.storage.head.position, halted: [] })
  })

  it('stands where it stood when it is retried in vain, and catches up once the store takes it', async () => {
    const { writer, position, store, make } = await refusedUser()
    await make().project(TENANT)
    expect(await make().retry(TENANT, 'user_profile')).toMatchObject({ position, attempts: 4 })
    store.refuses = () => false
    expect(await make().retry(TENANT, 'user_profile')).toBeUndefined()
    const fresh = projectionOf(writer)
    await fresh.make().project(TENANT)
    expect(store.rows('user_profile')).toEqual(fresh.store.rows('user_profile'))
  })

  it('halts every view at an event whose rows all of them are refused', async () => {
    const { position, store, make } = await refusedUser()
    store.refuses = (_view, row) => row.position >= (position ?? 0)
    const { halted } = await make().project(TENANT)
    expect(halted.map(({ view }) => view).toSorted()).toEqual(['tenant_metrics', 'user_profile'])
  })
})

describe('rows of another version of a view', () => {
  it('are left as they are until they are rebuilt, and the other views go on', async () => {
    const writer = await foundedTenant()
    const { store, outdated, errors, make } = projectionOf(writer)
    await make().project(TENANT)
    const before = store.rows('user_profile')
    store.versions = { ...CURRENT_VERSIONS, user_profile: VIEWS.user_profile.version - 1 }
    expect(await make().project(TENANT)).toMatchObject({ halted: [] })
    expect(outdated).toEqual([])
    const { position } = writer.storage.head
    await writer.given(registerUser(3), registerUser(4))
    const state = await make().project(TENANT)
    expect(positionOfView(state, 'user_profile')).toBe(position)
    expect(positionOfView(state, 'tenant_metrics')).toBe(writer.storage.head.position)
    expect(store.rows('user_profile')).toEqual(before)
    expect(store.rows('tenant_metrics')).toMatchObject([{ totalUsers: 4 }])
    expect(await store.halts()).toMatchObject([{ view: 'user_profile', position: position + 1, attempts: 0 }])
    expect(outdated).toEqual([TENANT])
    // It is nothing that an operator has to see to.
    expect(errors).toEqual([])
    await writer.given(registerUser(5))
    await make().project(TENANT)
    expect(outdated).toEqual([TENANT])
    expect(await make().retry(TENANT, 'user_profile')).toMatchObject({ position: position + 1, attempts: 0 })
    expect(store.rows('user_profile')).toEqual(before)
  })

  it('are as outdated where the view is new', async () => {
    const writer = await foundedTenant()
    const { store, make } = projectionOf(writer)
    await make().project(TENANT)
    const { user_profile: _new, ...others } = CURRENT_VERSIONS
    store.versions = others
    await writer.given(registerUser(3))
    expect(await make().project(TENANT)).toMatchObject({ halted: [{ view: 'user_profile' }] })
  })

  it('are left to processes of that version where it is a later one', async () => {
    const writer = await foundedTenant()
    const { store, make } = projectionOf(writer)
    const { position } = await make().project(TENANT)
    store.versions = { ...CURRENT_VERSIONS, user_profile: VIEWS.user_profile.version + 1 }
    // There is nothing to do: nobody has to be turned away.
    expect(await make().project(TENANT)).toMatchObject({ position })
    await writer.given(registerUser(3))
    await expect(make().project(TENANT)).rejects.toThrow(ViewsAheadFault)
    expect(await store.state()).toMatchObject({ position, halted: [] })
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
