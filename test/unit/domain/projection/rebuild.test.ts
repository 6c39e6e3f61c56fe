import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventStore } from '#domain/ports/event-store.ts'
import type { ShadowStore } from '#domain/ports/projection-store.ts'
import { DirectoryFollower } from '#domain/directory/directory-follower.ts'
import { foldPage, selectorsOf } from '#domain/projection/fold-page.ts'
import { rebuild } from '#domain/projection/rebuild.ts'
import { RebuildUnderWay, ShadowRows } from '#domain/projection/shadow-rows.ts'
import type { UserProfileView } from '#domain/user/views/user-profile.view.ts'
import { VIEW_NAMES, type ViewPage } from '#domain/projection/views.ts'
import { openLog } from '../../../support/fold-log.ts'
import { MemoryDirectory } from '../../../support/memory-directory.ts'
import { MemoryProjectionStore } from '../../../support/memory-projection-store.ts'
import { MemoryShadows } from '../../../support/memory-shadow-store.ts'
import { history, type Step } from '../../../support/random-commands.ts'
import { TENANT, userIdOf } from '../../../support/subjects.ts'
import { changeEmail, foundedTenant, registerUser, WriterUnderTest } from '../../../support/writer-under-test.ts'

/** A shadow in memory, and how often it was written. */
function memoryShadow() {
  const rows = new MemoryProjectionStore()
  const written: number[] = []
  const store: ShadowStore = {
    open: async () => rows.position,
    load: (...given) => rows.load(...given),
    async commit(tenantId, from, to, page) {
      const result = await rows.commit(tenantId, { position: from, generation: 0 }, to, page)
      if (result !== 'committed') return 'conflict'
      written.push(to)
      return result
    },
    swap: async () => ({}),
  }
  return { rows, written, store }
}

/** A tenant's log in pages that are as short as can be, or longer. */
const sourceOf = (writer: WriterUnderTest, sizes: readonly number[]): EventStore => {
  let read = 0
  return {
    sharesTenantLog: true,
    async readTenant(_tenantId, after, limit) {
      const size = sizes[read++ % sizes.length] ?? 1
      const { events, head } = await writer.storage.readEvents(after, Math.min(limit, size))
      return { events, head: head.position }
    },
  }
}

const optionsOf = (writer: WriterUnderTest, shadow: ShadowStore, sizes: readonly number[]) => ({
  source: sourceOf(writer, sizes),
  // Nothing is known of what readers have seen: the source says where to end.
  store: new MemoryProjectionStore(),
  shadow,
  writer: {
    subjectKeys: (_tenantId: string, ids: readonly string[]) => writer.core.subjectKeys(ids),
    log: (_tenantId: string, after: number, limit: number) => writer.storage.readEvents(after, limit),
  },
  cryptography: writer.tools.cryptography,
  keyVault: writer.tools.keyVault,
})

async function writerAfter(batches: readonly (readonly Step[])[]): Promise<WriterUnderTest> {
  const writer = new WriterUnderTest()
  for (const batch of batches) await writer.all(batch.flatMap((step) => ('command' in step ? [step.command] : [])))
  return writer
}

describe('a rebuild', () => {
  it('leaves the tenant to another rebuild that has swapped the shadow in meanwhile, or has moved it', async () => {
    const writer = await foundedTenant()
    const { store } = memoryShadow()
    const gone: ShadowStore = { ...store, swap: () => Promise.reject(new RebuildUnderWay('gone')) }
    expect(await rebuild(TENANT, VIEW_NAMES, optionsOf(writer, gone, [3]))).toEqual({ kind: 'busy' })
    const moved = memoryShadow()
    const taken: ShadowStore = { ...moved.store, commit: async () => 'conflict' }
    expect(await rebuild(TENANT, VIEW_NAMES, optionsOf(writer, taken, [3]))).toEqual({ kind: 'busy' })
  })

  it('begins anew when somebody has had a view skip an event of it while it was under way', async () => {
    const writer = await foundedTenant()
    await writer.given(registerUser(3))
    const log = openLog(writer.storage, writer.tools)
    const position = log.findLastIndex(({ event }) => event.type === 'user.registered') + 1
    const live = new MemoryProjectionStore()
    const shadow = new MemoryShadows(live).store()
    const skip = () => live.skips.push({ view: 'user_profile', position, reason: 'a faulty import', by: 'ops' })
    let swaps = 0
    const skipping: ShadowStore = {
      ...shadow,
      async swap(tenantId) {
        if (swaps++ === 0) skip()
        return shadow.swap(tenantId)
      },
    }
    const options = { ...optionsOf(writer, skipping, [100]), store: live }
    expect(await rebuild(TENANT, VIEW_NAMES, options)).toMatchObject({ kind: 'rebuilt' })
    const users = live.rows('user_profile').map(({ key }) => key)
    expect([swaps, users]).toEqual([2, [userIdOf(1), userIdOf(2)]])
  })

  it.each([
    ['user_profile', 4, ['newer@example.com', 'user3@example.com']],
    ['tenant_details', 1, []],
  ] as const)(
    'tells the directory what %s has missed, and nothing of what others have followed',
    async (view, at, told) => {
      const writer = await foundedTenant()
      await writer.given(registerUser(3), changeEmail(2, 'newer@example.com', 'user2@example.com'))
      const live = new MemoryProjectionStore()
      const { position } = writer.storage.head
      const halt = { view, position: at, eventId: 'evt', eventType: 'user.cloned', error: 'no sum', attempts: 3 }
      await live.commit(TENANT, { position: 0, generation: 0 }, position, NOTHING, [halt])
      const directory = new MemoryDirectory()
      const names = new DirectoryFollower({
        directory,
        keyVault: writer.tools.keyVault,
        logger: { error: (message) => expect.unreachable(message) },
      })
      await directory.reserve('slug', 'acme', { tenantId: TENANT, region: writer.tools.region }, 60_000)
      const shadow = new MemoryShadows(live).store()
      const options = { ...optionsOf(writer, shadow, [2]), store: live, names }
      expect(await rebuild(TENANT, VIEW_NAMES, options)).toMatchObject({ kind: 'rebuilt' })
      const emails = ['ada@example.com', 'user2@example.com', 'newer@example.com', 'user3@example.com']
      const found = emails.map(async (email) => {
        const holders = await directory.find('email', writer.tools.keyVault.emailIndex(email))
        return holders.length > 0 ? [email] : []
      })
      expect((await Promise.all(found)).flat().toSorted()).toEqual(told)
      expect(await directory.find('slug', 'acme')).toHaveLength(view === 'tenant_details' ? 1 : 0)
    },
  )

  it('takes back what it has told the directory after others who have followed further', async () => {
    const writer = await foundedTenant()
    await writer.given(registerUser(3))
    const live = new MemoryProjectionStore()
    const shadows = new MemoryShadows(live)
    const directory = new MemoryDirectory()
    const names = new DirectoryFollower({ directory, keyVault: writer.tools.keyVault, logger: { error: () => {} } })
    const options = () => ({ ...optionsOf(writer, shadows.store(), [100]), store: live, names })
    const others = async () => {
      await Promise.resolve()
      directory.beforeConfirm = undefined
      expect(await rebuild(TENANT, VIEW_NAMES, options())).toMatchObject({ kind: 'rebuilt' })
      await writer.given(changeEmail(3, 'newer@example.com', 'user3@example.com'))
      const state = await live.state()
      const halt = { view: 'user_profile', position: state.position + 1, error: 'no sum', attempts: 3 } as const
      const { position } = writer.storage.head
      await live.commit(TENANT, state, position, NOTHING, [{ ...halt, eventId: 'evt', eventType: 'user.cloned' }])
      expect(await rebuild(TENANT, VIEW_NAMES, options())).toMatchObject({ kind: 'rebuilt', position })
    }
    let further: Promise<void> | undefined
    directory.beforeConfirm = () => (further ??= others())
    expect(await rebuild(TENANT, VIEW_NAMES, options())).toEqual({ kind: 'busy' })
    const find = (email: string) => directory.find('email', writer.tools.keyVault.emailIndex(email))
    expect(await find('user3@example.com')).toEqual([])
    for (const email of ['ada@example.com', 'user2@example.com', 'newer@example.com'])
      expect(await find(email)).toHaveLength(1)
  })

  it('comes to the rows that the log folds to, in pages of any size, also when it was interrupted', async () => {
    await fc.assert(
      fc.asyncProperty(
        history(15),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        fc.nat(20),
        async (batches, sizes, interruptedAt) => {
          const writer = await writerAfter(batches)
          const log = openLog(writer.storage, writer.tools)
          const { rows, store } = memoryShadow()
          let pages = 0
          const interrupted = rebuild(TENANT, VIEW_NAMES, optionsOf(writer, store, sizes), () => {
            if (pages++ === interruptedAt) throw new Error('interrupted')
          })
          await interrupted.catch(() => undefined)
          const rebuilt = await rebuild(TENANT, VIEW_NAMES, optionsOf(writer, store, sizes))
          expect(rebuilt).toMatchObject({ kind: 'rebuilt', position: log.length })
          const whole = foldPage(await new MemoryProjectionStore().load(TENANT, selectorsOf([])), log).rows
          for (const name of VIEW_NAMES)
            expect(rows.rows(name)).toEqual(whole[name].toSorted((one, other) => (one.key < other.key ? -1 : 1)))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('says of a source that holds nothing of the tenant that there is nothing', async () => {
    const { store } = memoryShadow()
    expect(await rebuild(TENANT, VIEW_NAMES, optionsOf(new WriterUnderTest(), store, [5]))).toEqual({ kind: 'nothing' })
  })
})

describe('a rebuild whose keys are missing', () => {
  /** A rebuild of a tenant of three people, of whom those named are without a key. */
  async function rebuildWithout(keyless: readonly string[]) {
    const writer = await foundedTenant()
    await writer.given(registerUser(3))
    const { rows, store } = memoryShadow()
    const options = optionsOf(writer, store, [2])
    const subjectKeys = async (tenantId: string, ids: readonly string[]) =>
      options.writer.subjectKeys(
        tenantId,
        ids.filter((id) => !keyless.includes(id)),
      )
    const emails = () => rows.rows('user_profile').map((row) => (row as UserProfileView).email) // rows of this view
    return { founded: writer, rows, emails, options: { ...options, writer: { ...options.writer, subjectKeys } } }
  }

  it('is refused, saying of how many people, and keeps no row that lacks what is personal', async () => {
    const { founded, options, emails } = await rebuildWithout([userIdOf(2), userIdOf(3)])
    expect(await rebuild(TENANT, VIEW_NAMES, options)).toEqual({ kind: 'keyless', subjects: 2 })
    // Once they are here, nothing is left of it.
    const { writer } = optionsOf(founded, options.shadow, [2])
    expect(await rebuild(TENANT, VIEW_NAMES, { ...options, writer })).toMatchObject({ kind: 'rebuilt' })
    expect(emails()).toHaveLength(3)
    expect(emails()).not.toContain('')
  })

  it('leaves personal fields empty where that is asked for', async () => {
    const { options, emails } = await rebuildWithout([userIdOf(2)])
    expect(await rebuild(TENANT, VIEW_NAMES, { ...options, withoutKeys: true })).toMatchObject({ kind: 'rebuilt' })
    expect(emails()).toEqual(['Ada@Example.com', '', 'user3@example.com'])
  })

  it('is refused before it begins where the writer has no log of the tenant', async () => {
    const { options, rows } = await rebuildWithout([])
    const source = { ...options.source, sharesTenantLog: false }
    const elsewhere = { ...options, source, writer: optionsOf(new WriterUnderTest(), options.shadow, [1]).writer }
    expect(await rebuild(TENANT, VIEW_NAMES, elsewhere)).toEqual({ kind: 'elsewhere' })
    expect(rows.position).toBe(0)
    expect(await rebuild(TENANT, VIEW_NAMES, { ...options, source })).toMatchObject({ kind: 'rebuilt' })
  })
})

const NOTHING: ViewPage = { tenant_details: [], tenant_metrics: [], user_profile: [], auth_sessions: [] }
const NOTHING_WANTED = { tenant_details: [], tenant_metrics: [], user_profile: [], auth_sessions: [] }

/** Sessions as rows, of which only the key and the user matter here. */
const sessions = (userId: string, ...keys: readonly string[]) =>
  ({
    ...NOTHING,
    auth_sessions: keys.map((key) => ({ key, userId, tenantId: TENANT, position: 1 })),
  }) as unknown as ViewPage

describe('the rows of a rebuild', () => {
  it('are kept from page to page and written many pages at a time', async () => {
    const { store, written } = memoryShadow()
    const rows = new ShadowRows(TENANT, store, 0)
    for (let page = 1; page <= 20; page++)
      await rows.put(page, sessions('usr_a', ...Array.from({ length: 400 }, (_, index) => `ses_${page}_${index}`)))
    expect(written).toEqual([13])
    await rows.flush()
    expect(written).toEqual([13, 20])
    await rows.flush()
    expect(written).toEqual([13, 20])
  })

  it('are found by their user, whether they have been written or not', async () => {
    const { store } = memoryShadow()
    const before = new ShadowRows(TENANT, store, 0)
    await before.put(1, sessions('usr_a', 'ses_old'))
    await before.flush()
    const rows = new ShadowRows(TENANT, store, 1)
    await rows.put(2, sessions('usr_a', 'ses_new'))
    await rows.put(3, sessions('usr_b', 'ses_other'))
    const found = await rows.load({ ...NOTHING_WANTED, auth_sessions: [{ userId: 'usr_a' }] })
    expect(found.auth_sessions.map(({ key }) => key).toSorted()).toEqual(['ses_new', 'ses_old'])
  })

  it('are refused where another rebuild has written', async () => {
    const { store } = memoryShadow()
    const [one, other] = [new ShadowRows(TENANT, store, 0), new ShadowRows(TENANT, store, 0)]
    await one.put(3, NOTHING)
    await one.flush()
    await other.put(2, sessions('usr_a', 'ses_1'))
    await expect(other.flush()).rejects.toThrow('another rebuild')
  })
})
