import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { TenantId } from '#common/ids.ts'
import { tenantStream } from '#domain/event-store/stream-event.ts'
import { Forwarders } from '#domain/forwarding/forwarders.ts'
import { newId } from '#domain/new-id.ts'
import { VIEW_NAMES } from '#domain/projection/views.ts'
import { openEventStore } from '#infrastructure/node/open-event-store.ts'
import type { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import { PostgresTenantWriter } from '#infrastructure/postgres/postgres-tenant-writer.ts'
import { parseConfiguration } from '#infrastructure/shared/configuration.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { provisionRedis } from '../../tools/redis/provision.ts'
import { startUpstashStandIn } from '../../tools/stand-ins/upstash-redis.ts'
import { runCli } from '../../src/cli/program.ts'
import { openPipeline } from '../../src/container.ts'
import { bySystem, createTenant, registerUser } from '../support/commands.ts'
import { startAtomPub, type SimulatedServer } from '../support/event-store-simulator/atompub-server.ts'
import { startGrpc } from '../support/event-store-simulator/grpc-server.ts'
import { ANY, SimulatedStore } from '../support/event-store-simulator/simulated-store.ts'
import { migrateAll } from '../support/migration-files.ts'
import { pgSession } from '../support/postgres-sessions.ts'
import { writerTools } from '../support/writer-tools.ts'

const database = testDatabase()
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const MASTER_KEY = { ACCI_MASTER_KEY: 'A'.repeat(43) }
const ADMIN = { EVENTSTORE_USERNAME: 'admin', EVENTSTORE_PASSWORD: 'changeit' }

let session: PgSqlSession
let remote: SimulatedStore
let server: SimulatedServer

/** Runs the command line as an operator would. */
async function acci(words: string, environment: Readonly<Record<string, string>> = {}) {
  const [out, notes]: [string[], string[]] = [[], []]
  const code = await runCli(words.split(' '), {
    environment: { DATABASE_URL: database.url, EVENTSTORE_URL: server.url, ...ADMIN, ...environment },
    out: (line) => void out.push(line),
    note: (line) => void notes.push(line),
  })
  return {
    code,
    out: out.join('\n'),
    notes: notes.join('\n'),
    json: () => out.map((line) => JSON.parse(line) as unknown),
  }
}

/** A writer that wakes nobody. */
function openWriter(forwarded: boolean): PostgresTenantWriter {
  const store = openEventStore({ EVENTSTORE_URL: server.url, ...ADMIN })
  if (!store) throw new Error('there is a URL')
  return new PostgresTenantWriter({
    session,
    tools: writerTools(Date.now),
    mailer: { send: async () => undefined },
    bus: () => ({ publish: async () => undefined }),
    commands: { enqueue: async () => undefined },
    logger: quiet,
    ...(forwarded && { forwarders: new Forwarders({ store, logger: quiet, now: Date.now, sweepIn: () => undefined }) }),
  })
}

/** A tenant with some events in its log, forwarded or not. */
async function tenantWith({ forwarded }: { readonly forwarded: boolean }): Promise<TenantId> {
  const writer = openWriter(forwarded)
  const tenantId = newId.tenant()
  await writer.execute(tenantId, createTenant(tenantId), bySystem())
  await writer.execute(tenantId, registerUser(tenantId, 'ada@orchard.example'), bySystem())
  if (forwarded) {
    const { head } = await writer.log(tenantId, 0, 1)
    await expect.poll(() => remote.last(tenantStream(tenantId))).toBe(head.position - 1)
    await expect.poll(async () => (await statusOf(tenantId)).length).toBe(0)
  }
  return tenantId
}

const statusOf = async (tenantId: string) => {
  const { json } = await acci('outbox status --json --limit 1000')
  const [status] = json() as [{ readonly lagging: readonly { readonly tenantId: string }[] }] // one line, as asked
  return status.lagging.filter((entry) => entry.tenantId === tenantId)
}

beforeAll(async () => {
  session = pgSession(database.url)
  await migrateAll(session)
  remote = new SimulatedStore()
  server = await startAtomPub(remote)
})
afterAll(async () => {
  await session.close()
  await server.close()
})

describe('acci eventstore verify', () => {
  it('finds a log and its stream alike', async () => {
    const tenantId = await tenantWith({ forwarded: true })
    const { code, out } = await acci(`eventstore verify --tenant ${tenantId}`)
    expect(out).toMatch(new RegExp(`^${tenantId}: (\\d+) events, whole; \\1 of them in the event store$`))
    expect(code).toBe(0)
  })

  it('does not mind what has not been forwarded yet', async () => {
    const tenantId = await tenantWith({ forwarded: false })
    expect((await acci(`eventstore verify --tenant ${tenantId} --json`)).json()).toMatchObject([
      { tenantId, kind: 'same', stored: 0 },
    ])
  })

  it('names the first position where the store holds something else', async () => {
    const [foreign, missing, whole] = [
      await tenantWith({ forwarded: true }),
      await tenantWith({ forwarded: true }),
      await tenantWith({ forwarded: true }),
    ]
    const event = { id: newId.request(), type: 'x', json: true, data: Buffer.from('{}'), metadata: Buffer.from('{}') }
    const last = remote.last(tenantStream(foreign))
    remote.append(tenantStream(foreign), [event], last)
    remote.remove(tenantStream(missing), remote.last(tenantStream(missing)), false)
    const { code, out, notes } = await acci('eventstore verify')
    expect(out).toContain(`${foreign}: differs at position ${last + 2}: surplus_in_store`)
    expect(out).toContain(`${missing}: differs at position 1: missing_in_store`)
    expect(out).not.toContain(whole)
    expect(notes).toMatch(/\d+ verified, 2 differ\n2 of the logs verified differ/)
    expect(code).toBe(1)
  })

  it('finds what has been changed in the store', async () => {
    const tenantId = await tenantWith({ forwarded: true })
    const [first] = remote.read(tenantStream(tenantId), 0, 1).records
    const at = first?.data.indexOf('Orchard Ltd') ?? -1
    expect(at).toBeGreaterThan(0)
    first?.data.write('Orchard Inc', at)
    expect((await acci(`eventstore verify --tenant ${tenantId} --json`)).json()).toEqual([
      { tenantId, kind: 'differs', position: 1, difference: 'changed_in_store' },
    ])
  })

  it('names what somebody else has put there, JSON or not', async () => {
    const tenantId = await tenantWith({ forwarded: true })
    const [first] = remote.read(tenantStream(tenantId), 0, 1).records
    first?.metadata.write('{broken')
    expect((await acci(`eventstore verify --tenant ${tenantId} --json`)).json()).toEqual([
      { tenantId, kind: 'differs', position: 1, difference: 'foreign_in_store' },
    ])
  })

  it('finds what has been changed in the log itself', async () => {
    const tenantId = await tenantWith({ forwarded: true })
    await session.transaction('owner', [
      {
        text: `update tenant_log.event set body = replace(body, 'Orchard Ltd', 'Orchard Inc') where tenant_id = $1`,
        params: [tenantId],
      },
    ])
    expect((await acci(`eventstore verify --tenant ${tenantId} --json`)).json()).toEqual([
      { tenantId, kind: 'differs', position: 1, difference: 'log_broken' },
    ])
    // It is the chain that tells it, with or without a store to compare with.
    const alone = await acci(`eventstore verify --tenant ${tenantId}`, { EVENTSTORE_URL: '' })
    expect(alone).toMatchObject({ code: 1, out: `${tenantId}: differs at position 1: log_broken` })
  })

  it('finds an end that has been cut off', async () => {
    const tenantId = await tenantWith({ forwarded: false })
    const cut = `delete from tenant_log.event e using tenant_log.tenant t
      where t.tenant_id = $1 and e.tenant_id = t.tenant_id and e.position = t.position returning e.position`
    const [rows] = await session.transaction('owner', [{ text: cut, params: [tenantId] }])
    expect((await acci(`eventstore verify --tenant ${tenantId} --json`)).json()).toEqual([
      { tenantId, kind: 'differs', position: Number(rows?.[0]?.['position']), difference: 'log_broken' },
    ])
  })

  it('knows no tenant that is not there', async () => {
    expect(await acci('eventstore verify --tenant ten_nobody')).toMatchObject({
      code: 2,
      notes: 'there is no log of a tenant ten_nobody',
    })
  })
})

describe('a database that holds no log, as that of an edge deployment', () => {
  const own = testDatabase()
  beforeAll(async () => {
    const ownSession = pgSession(own.url)
    await migrateAll(ownSession)
    await ownSession.close()
  })

  it.each([
    'eventstore verify',
    'eventstore verify --json',
    'eventstore verify --tenant ten_somebody',
    'outbox status',
    'outbox status --json',
    'projections rebuild',
  ])('is said to hold none, and nothing to be well: %s', async (words) => {
    expect(await acci(words, { ...MASTER_KEY, DATABASE_URL: own.url })).toMatchObject({
      code: 2,
      out: '',
      notes: expect.stringMatching(/^this database holds no log of any tenant: at the edge/),
    })
  })
})

describe.each(['AtomPub', 'gRPC'] as const)('acci eventstore init, over %s', (protocol) => {
  const store = new SimulatedStore()
  let own: SimulatedServer
  beforeAll(async () => {
    own = protocol === 'AtomPub' ? await startAtomPub(store) : await startGrpc(store)
  })
  afterAll(() => own.close())
  const init = (words = '', user: Readonly<Record<string, string>> = {}) =>
    acci(`eventstore init${words}`, {
      EVENTSTORE_URL: own.url,
      EVENTSTORE_USERNAME: 'ops',
      EVENTSTORE_ADMIN_USERNAME: 'admin',
      EVENTSTORE_ADMIN_PASSWORD: 'changeit',
      ...user,
    })

  it('is done once, and changes nothing when it is done again', async () => {
    const first = await init(' --json')
    expect(first.json()).toMatchObject([{ steps: expect.arrayContaining([expect.objectContaining({ ok: true })]) }])
    expect(first.code).toBe(0)
    const settings = store.last('$settings')
    const again = await init()
    expect(again.out).toContain('ok      access to streams: as it should be')
    expect(again.code).toBe(0)
    expect(store.last('$settings')).toBe(settings)
  })

  it('links each event of a tenant into the stream of its aggregate, and no link again', async () => {
    const tenantId = newId.tenant()
    const userId = newId.user()
    const of = (type: string, id: string, position: number) => ({
      id: crypto.randomUUID(),
      type: `${type}.x`,
      json: true,
      data: Buffer.from('{}'),
      metadata: Buffer.from(JSON.stringify({ tenantId, position, aggregate: { type, id, version: 1 } })),
    })
    const events = [of('tenant', tenantId, 1), of('user', userId, 2), of('user', userId, 3)]
    store.append(tenantStream(tenantId), events, -1)
    const links = (stream: string) => store.read(stream, 0, 10).records.map(({ data }) => data.toString())
    expect(links(`user-${tenantId}.${userId}`)).toEqual(
      [1, 2].map((revision) => `${revision}@${tenantStream(tenantId)}`),
    )
    expect(links(`tenantState-${tenantId}.${tenantId}`)).toEqual([`0@${tenantStream(tenantId)}`])
    // The stream of a category that nobody writes: nothing else has been linked.
    expect(store.last(`tenant-${tenantId}.${tenantId}`)).toBe(-1)
  })

  it('leaves other rules alone unless it is told to replace them', async () => {
    const data = Buffer.from('{"$userStreamAcl":{"$r":"$all","$w":"$all"}}')
    const settings = { id: newId.request(), type: 'update-default-acl', json: true, data, metadata: Buffer.alloc(0) }
    store.append('$settings', [settings], store.last('$settings'))
    const kept = await init()
    expect(kept.out).toContain('other rules are set, which --replace-access would replace')
    expect(kept.code).toBe(1)
    expect((await init(' --replace-access --reader reader')).code).toBe(0)
    expect(store.defaultAccess().$userStreamAcl).toMatchObject({
      $r: ['$admins', 'ops', 'reader'],
      $w: ['$admins', 'ops'],
      $d: ['$admins'],
    })
  })
})

describe('acci eventstore init', () => {
  it('says who has to do it', async () => {
    const { code, out } = await acci('eventstore init', { EVENTSTORE_USERNAME: 'ops' })
    expect(out).toContain('FAILED  projection acci-by-aggregate: refused: EVENTSTORE_ADMIN_USERNAME')
    expect(code).toBe(1)
  })

  it('lets the product write and nobody else, once its rules are set', async () => {
    const store = new SimulatedStore()
    const own = await startAtomPub(store)
    const admin = { EVENTSTORE_ADMIN_USERNAME: 'admin', EVENTSTORE_ADMIN_PASSWORD: 'changeit' }
    await acci('eventstore init', { EVENTSTORE_URL: own.url, EVENTSTORE_USERNAME: 'ops', ...admin })
    const event = { id: crypto.randomUUID(), type: 'x', data: {}, metadata: {} }
    const as = (username?: string, password = 'changeit') =>
      openEventStore({
        EVENTSTORE_URL: own.url,
        EVENTSTORE_USERNAME: username,
        EVENTSTORE_PASSWORD: username === undefined ? undefined : password,
      })
    expect(await as()?.append('tenant-a', 'noStream', [event])).toEqual({ kind: 'accessDenied' })
    expect(await as('reader', 'reads only')?.readLast('tenant-a')).toEqual({ kind: 'accessDenied' })
    expect(await as('ops')?.append('tenant-a', 'noStream', [event])).toMatchObject({ kind: 'appended' })
    expect(await as('ops')?.delete('tenant-a', 0)).toEqual({ kind: 'accessDenied' })
    expect(await as('ops')?.health()).toMatchObject({ status: 'up' })
    await own.close()
  })

  it('needs a store that answers', async () => {
    expect(await acci('eventstore init', { EVENTSTORE_URL: '' })).toMatchObject({ code: 2 })
    expect(await acci('eventstore init', { EVENTSTORE_URL: 'http://127.0.0.1:1' })).toMatchObject({ code: 3 })
  })
})

describe('acci eventstore release', () => {
  /** A tenant that the store does not hold as it was confirmed, which the next command finds out. */
  async function fencedTenant() {
    const tenantId = await tenantWith({ forwarded: false })
    const confirmed = 'update tenant_log.tenant set forwarded = 2 where tenant_id = $1'
    await session.transaction('owner', [{ text: confirmed, params: [tenantId] }])
    const writer = openWriter(true)
    await writer.execute(tenantId, registerUser(tenantId, 'eve@orchard.example'), bySystem())
    await expect
      .poll(() => writer.execute(tenantId, registerUser(tenantId, 'late@orchard.example'), bySystem()), {
        timeout: 10_000,
      })
      .toMatchObject({ ok: false, error: { code: 'tenant.fenced' } })
    return { tenantId, writer }
  }
  const release = (tenantId: string, words = '--reason restored --by ops') =>
    acci(`eventstore release ${tenantId} ${words}`)

  it('lifts a fence where the store holds the log as far as it goes, and has the rest sent again', async () => {
    const { tenantId, writer } = await fencedTenant()
    expect(await release(tenantId)).toMatchObject({
      code: 0,
      out: `${tenantId} takes commands again; the event store holds 0 of its events`,
    })
    const user = registerUser(tenantId, 'next@orchard.example')
    expect(await writer.execute(tenantId, user, bySystem())).toMatchObject({ ok: true })
    const { head } = await writer.log(tenantId, 0, 1)
    await expect.poll(() => remote.last(tenantStream(tenantId)), { timeout: 10_000 }).toBe(head.position - 1)
    expect(await acci(`eventstore verify --tenant ${tenantId}`)).toMatchObject({ code: 0 })
    const [releases] = await session.transaction('owner', [
      { text: 'select * from tenant_log.fence_release where tenant_id = $1', params: [tenantId] },
    ])
    expect(releases).toMatchObject([{ fence_reason: 'events_missing', reason: 'restored', released_by: 'ops' }])
    const told = await acci(`eventstore releases ${tenantId} --json`)
    expect(told.json()).toMatchObject([{ tenantId, releases: [{ forwarded: 0, reason: 'restored', by: 'ops' }] }])
    expect(await release(tenantId)).toMatchObject({ code: 2, notes: `${tenantId} is not fenced` })
  })

  it('leaves it where the store holds what is not the tenant’s', async () => {
    const { tenantId, writer } = await fencedTenant()
    const data = Buffer.from('{}')
    remote.append(tenantStream(tenantId), [{ id: newId.request(), type: 'x', json: true, data, metadata: data }], ANY)
    const { code, notes } = await release(tenantId)
    expect(notes).toContain(`${tenantId}: differs at position 1: foreign_in_store; the fence stays`)
    expect(code).toBe(1)
    const user = registerUser(tenantId, 'still@orchard.example')
    expect(await writer.execute(tenantId, user, bySystem())).toMatchObject({ error: { code: 'tenant.fenced' } })
  })

  it('asks who and why', async () => {
    const given = ['ten_nobody --reason x --by ops', 'ten_nobody --reason x', 'ten_nobody --by ops --reason  ']
    for (const words of given) expect(await acci(`eventstore release ${words}`)).toMatchObject({ code: 2 })
  })
})

describe('acci outbox status', () => {
  it('shows what waits, and since when', async () => {
    const tenantId = await tenantWith({ forwarded: false })
    expect(await statusOf(tenantId)).toMatchObject([
      { tenantId, forwarded: 0, waitingSince: expect.stringMatching(/^\d{4}-.*Z$/) },
    ])
    const { out, code } = await acci('outbox status --limit 1000')
    expect(out).toMatch(/^\d+ tenants, \d+ events\nto be projected: \d+\nto be forwarded: [1-9]/)
    expect(out).toContain(tenantId)
    expect(out).not.toContain('to be published')
    expect(code).toBe(0)
    const published = await acci('outbox status', { RABBITMQ_URL: 'amqp://127.0.0.1' })
    expect(published.out).toMatch(/^to be published: [1-9]/m)
  })

  it('refuses a limit that is no number', async () => {
    expect(await acci('outbox status --limit x')).toMatchObject({
      code: 2,
      notes: '--limit must be a number from 0 on, not "x"',
    })
  })

  it('shows who is fenced', async () => {
    const tenantId = await tenantWith({ forwarded: false })
    const text = `update tenant_log.tenant set fence_reason = 'foreign_event', fence_position = 2 where tenant_id = $1`
    await session.transaction('owner', [{ text, params: [tenantId] }])
    const { out } = await acci('outbox status --limit 1000')
    expect(out).toMatch(/^fenced tenants: [1-9]/m)
    expect(out).toMatch(new RegExp(`${tenantId} .* foreign_event at 2`))
  })
})

describe('acci tenants events', () => {
  it('lists a log, page by page, with what is personal sealed', async () => {
    const tenantId = await tenantWith({ forwarded: false })
    const { out } = await acci(`tenants events ${tenantId}`)
    expect(out.split('\n')[1]).toMatch(/^1 +\d{4}-\S+ +tenant\.created +ten_\S+ v1 +system$/)
    const { json } = await acci(`tenants events ${tenantId} --json --after 1 --limit 1`)
    expect(json()).toMatchObject([{ position: 2, tenantId, personal: { ciphertext: expect.any(String) } }])
    expect(JSON.stringify(json())).not.toContain('orchard.example')
  })

  it('refuses what is no number', async () => {
    const tenantId = await tenantWith({ forwarded: false })
    expect(await acci(`tenants events ${tenantId} --after -1`)).toMatchObject({ code: 2 })
    expect(await acci(`tenants events ${tenantId} --limit many`)).toMatchObject({ code: 2 })
  })
})

describe('acci projections', () => {
  /** A tenant whose read models have followed; and how to run the projector once more. */
  async function projectedTenant({ forwarded = false } = {}) {
    const tenantId = await tenantWith({ forwarded })
    const pipeline = await openPipeline(configuration(), quiet)
    onTestFinished(() => pipeline.stop())
    const project = () => pipeline.projector.project(tenantId)
    await project()
    return { tenantId, project }
  }
  const configuration = () => {
    const parsed = parseConfiguration({ DATABASE_URL: database.url, ...MASTER_KEY })
    if (!parsed.ok) throw new Error(parsed.faults.join())
    return parsed.configuration
  }
  const run = (words: string, environment: Readonly<Record<string, string>> = {}) =>
    acci(`projections ${words}`, { ...MASTER_KEY, ...environment })

  const sql = async (text: string, ...params: readonly string[]) =>
    (await session.transaction('owner', [{ text, params }]))[0] ?? []
  const rowsOf = (tenantId: string, view: string) =>
    session.transaction({ tenantId }, [{ text: `select data, search from read_models.${view} order by key` }])
  /** Changes the rows of a view as no event has. */
  const damage = (tenantId: string) =>
    session.transaction({ tenantId }, [
      { text: `update read_models.user_profile set data = data || '{"status":"deactivated"}'` },
    ])

  /** What a database does that is made anew: nothing is left of the tenant's read models. */
  const lose = async (tenantId: string) => {
    for (const table of ['checkpoint', ...VIEW_NAMES])
      await session.transaction({ tenantId }, [{ text: `delete from read_models.${table}` }])
  }

  it('rebuilds what the log says otherwise, and replaces nothing that is right', async () => {
    const { tenantId } = await projectedTenant()
    const before = await rowsOf(tenantId, 'user_profile')
    await damage(tenantId)
    const { code, out, notes } = await run(`rebuild --tenant ${tenantId}`)
    expect(out).toBe(`${tenantId}: replaced user_profile`)
    expect(notes).toMatch(/█{30} \d+\/\d+ events, \d+\/s, 0 s left\n1 tenants rebuilt/)
    expect(code).toBe(0)
    expect(await rowsOf(tenantId, 'user_profile')).toEqual(before)
    const again = await run(`rebuild --tenant ${tenantId} --json`)
    expect(again.json()).toEqual([
      { progress: expect.objectContaining({ secondsRemaining: 0 }) },
      { tenantId, kind: 'rebuilt', position: expect.any(Number), changed: [] },
      { progress: expect.anything() },
    ])
  })

  it('rebuilds from the event store alone, and believes it only as far as the chain of hashes goes', async () => {
    const { tenantId } = await projectedTenant({ forwarded: true })
    const before = await rowsOf(tenantId, 'user_profile')
    await damage(tenantId)
    // The log is not asked: it holds nothing for the moment.
    await sql('update tenant_log.event set tenant_id = $2 where tenant_id = $1', tenantId, `${tenantId} away`)
    expect(await run(`rebuild --tenant ${tenantId} --from eventstore --view user_profile`)).toMatchObject({ code: 0 })
    expect(await rowsOf(tenantId, 'user_profile')).toEqual(before)
    const [first] = remote.read(tenantStream(tenantId), 0, 1).records
    first?.data.write('Orchard Inc', first.data.indexOf('Orchard Ltd'))
    const broken = await run(`rebuild --tenant ${tenantId} --from eventstore`)
    expect(broken).toMatchObject({ code: 1, out: `${tenantId}: the source does not hold the log from position 1 on` })
    expect(await rowsOf(tenantId, 'user_profile')).toEqual(before)
  })

  it('leaves the live rows alone where the store holds what is not the tenant’s', async () => {
    const { tenantId } = await projectedTenant({ forwarded: true })
    const stream = tenantStream(tenantId)
    const data = Buffer.from('{}')
    remote.remove(stream, remote.last(stream), false)
    const foreign = { id: newId.request(), type: 'x', json: true, data, metadata: data }
    remote.append(stream, [foreign], remote.last(stream))
    expect(await run(`rebuild --tenant ${tenantId} --from eventstore`)).toMatchObject({
      code: 1,
      out: `${tenantId}: the source does not hold the log from position 1 on`,
    })
    expect(await run(`rebuild --tenant ${tenantId}`)).toMatchObject({ code: 0, out: '' })
  })

  it.each(['log', 'eventstore'])('brings back read models that are lost, from %s alone', async (source) => {
    const first = await projectedTenant({ forwarded: true })
    const second = await projectedTenant({ forwarded: true })
    const before = await rowsOf(first.tenantId, 'user_profile')
    const state = await first.project()
    for (const { tenantId } of [first, second]) await lose(tenantId)
    expect(await rowsOf(first.tenantId, 'user_profile')).toEqual([[]])
    // Of other tenants, tests before this one have made logs that cannot be rebuilt.
    const { json } = await run(`rebuild --from ${source} --view tenant_details --json`)
    for (const { tenantId } of [first, second])
      expect(json()).toContainEqual({
        tenantId,
        kind: 'rebuilt',
        position: expect.any(Number),
        changed: expect.arrayContaining(['tenant_details', 'user_profile']),
      })
    expect(await rowsOf(first.tenantId, 'user_profile')).toEqual(before)
    // The projector goes on behind it.
    // What is on its way from before the loss is not to be written any more.
    expect(await first.project()).toEqual({ ...state, generation: state.generation + 1 })
  })

  it('rebuilds only what another version has made, and knows what that is', async () => {
    const { tenantId } = await projectedTenant()
    await session.transaction({ tenantId }, [
      { text: `update read_models.checkpoint set versions = versions || '{"tenant_metrics":0}'` },
    ])
    expect((await run('status')).out).toContain('tenant_metrics: of another version for 1 tenants')
    expect((await acci('doctor')).out).toMatch(/WARNING +views +of another version: tenant_metrics of 1 tenants/)
    expect((await run('rebuild --outdated --json')).json()).toContainEqual(
      expect.objectContaining({ tenantId, changed: [] }),
    )
    expect((await run('status')).out).not.toContain('another version')
  })

  it('counts those tenants alone that it rebuilds, and their events', async () => {
    const { tenantId } = await projectedTenant()
    await session.transaction({ tenantId }, [
      { text: `update read_models.checkpoint set versions = versions || '{"tenant_metrics":0}'` },
    ])
    const events = (await openWriter(false).log(tenantId, 0, 1)).head.position
    const { notes } = await run(`rebuild --outdated --tenant ${tenantId}`)
    expect(notes).toMatch(new RegExp(`${events}/${events} events, .*\n1 tenants rebuilt$`))
    const again = await run(`rebuild --outdated --tenant ${tenantId}`)
    expect(again.notes).toMatch(/0\/0 events, .*\n0 tenants rebuilt$/)
  })

  it('says of whom there is nothing to rebuild', async () => {
    expect(await run('rebuild --tenant ten_nobody')).toMatchObject({ code: 2 })
    expect(await run('rebuild --from eventstore', { EVENTSTORE_URL: '' })).toMatchObject({ code: 2 })
  })

  it('leaves the live rows of a tenant alone whose keys are not in this database', async () => {
    const { tenantId } = await projectedTenant({ forwarded: true })
    const before = await rowsOf(tenantId, 'user_profile')
    const words = `rebuild --tenant ${tenantId} --from eventstore`
    await sql(
      `delete from tenant_log.row where tenant_id = $1 and ref in
         (select ref from tenant_log.row where tenant_id = $1 and ref like 'subjectKey/%' limit 1)`,
      tenantId,
    )
    expect(await run(words)).toMatchObject({
      code: 1,
      out: expect.stringContaining(`${tenantId}: the keys of 1 people are not here`),
    })
    expect((await run(`rebuild --tenant ${tenantId} --json`)).json()).toContainEqual({
      tenantId,
      kind: 'keyless',
      subjects: 1,
    })
    for (const table of ['row', 'event', 'tenant'])
      await sql(`delete from tenant_log.${table} where tenant_id = $1`, tenantId)
    expect(await run(words)).toMatchObject({ code: 1, out: expect.stringContaining('its keys are not here') })
    expect(await rowsOf(tenantId, 'user_profile')).toEqual(before)
    expect(await run(`${words} --without-keys`)).toMatchObject({
      code: 0,
      out: expect.stringContaining(`${tenantId}: replaced`),
    })
    const [users] = await rowsOf(tenantId, 'user_profile')
    expect(users?.length).toBe(before[0]?.length)
    expect(JSON.stringify(users)).not.toContain('orchard.example')
  })

  it('rebuilds the others where one ends with a fault', async () => {
    const second = await projectedTenant()
    const faulty = await projectedTenant()
    for (const { tenantId } of [faulty, second]) await damage(tenantId)
    // A key that does not open, as under another master key.
    await sql(
      `update tenant_log.row set body = regexp_replace(body, '"wrapped":"[^"]*"', '"wrapped":"AAAA"')
       where tenant_id = $1 and ref like 'subjectKey/%'`,
      faulty.tenantId,
    )
    const { code, json } = await run('rebuild --json')
    // Others' keys have opened: it is this one that is damaged.
    expect(json()).toContainEqual({
      tenantId: faulty.tenantId,
      kind: 'failed',
      view: 'tenant_details',
      position: 1,
      error: 'DamagedKey: the key of its personal fields does not open',
    })
    expect(json()).toContainEqual(
      expect.objectContaining({ tenantId: second.tenantId, kind: 'rebuilt', changed: ['user_profile'] }),
    )
    expect(code).toBe(1)
    const { out, notes } = await run(`rebuild --tenant ${faulty.tenantId}`)
    // Of a process that has opened none, nobody knows.
    expect(out).toBe(`${faulty.tenantId}: a subject key does not open under the master key in use`)
    expect(notes).toContain('1 of 1 tenants could not be rebuilt')
  })

  it('refuses a tenant, a position, a reason and a name that are none', async () => {
    expect(await run('retry ten_typo user_profile')).toMatchObject({
      code: 2,
      notes: 'there is no log of a tenant ten_typo',
    })
    expect(await run('skip ten_typo user_profile 1 --reason r --by ops')).toMatchObject({
      code: 2,
      notes: 'there is no log of a tenant ten_typo',
    })
    const { tenantId } = await projectedTenant()
    for (const [words, said] of [
      ['abc --reason r --by ops', '<position> must be a number'],
      ['1 --reason  --by ops', '--reason must not be empty'],
      ['1 --reason r --by \t', '--by must not be empty'],
    ])
      expect(await run(`skip ${tenantId} user_profile ${words}`)).toMatchObject({
        code: 2,
        notes: expect.stringContaining(said ?? ''),
      })
  })

  it('lists views that stand still, and has them go on once their event can be read', async () => {
    const { tenantId, project } = await projectedTenant()
    const poison = async (from: string, to: string) =>
      sql(
        `update tenant_log.event set body = replace(body, $2, $3)
         where tenant_id = $1 and position = (select position from tenant_log.tenant where tenant_id = $1)`,
        tenantId,
        `"schemaVersion":"${from}"`,
        `"schemaVersion":"${to}"`,
      )
    await openWriter(false).execute(tenantId, registerUser(tenantId, 'eve@orchard.example'), bySystem())
    await poison('1.0.0', '9.0.0')
    const { position, halted } = await project()
    expect(halted.map(({ view }) => view)).toEqual(['tenant_metrics', 'user_profile'])
    const { code, out } = await run('status')
    expect(out).toMatch(
      new RegExp(`${tenantId} +user_profile +${position} +user\\.\\w+ .* 3 +UnreadableEvent: .*9\\.0\\.0`),
    )
    expect(code).toBe(1)
    expect(await acci('doctor')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/WARNING +views +2 stand still .*\n +→ run “acci projections status”/),
    })
    expect(await run(`retry ${tenantId} user_profile`)).toMatchObject({
      code: 1,
      notes: expect.stringContaining(`user_profile still stands at position ${position}`),
    })
    expect((await run(`retry ${tenantId} tenant_metrics --json`)).json()).toEqual([
      { tenantId, view: 'tenant_metrics', kind: 'halted', position, error: expect.stringContaining('9.0.0') },
    ])
    expect(await run(`skip ${tenantId} user_profile ${position - 1} --reason r --by ops`)).toMatchObject({ code: 2 })
    expect(await run(`skip ${tenantId} user_profile ${position}`)).toMatchObject({ code: 2 })
    expect(await run(`skip ${tenantId} user_profile ${position} --reason import --by ops`)).toMatchObject({
      code: 0,
      out: `user_profile leaves out the event at position ${position}, and follows`,
    })
    const [audit] = await session.transaction({ tenantId }, [{ text: 'select * from read_models.skipped_event' }])
    expect(audit).toMatchObject([
      { view: 'user_profile', reason: 'import', skipped_by: 'ops', error: expect.any(String) },
    ])
    expect(await run('status')).toMatchObject({
      code: 1,
      out: expect.stringMatching(
        new RegExp(`left out:\ntenant .*\n${tenantId} +user_profile +${position} +user\\.\\w+ +\\S+Z +ops +import$`),
      ),
    })
    await poison('9.0.0', '1.0.0')
    expect(await run(`retry ${tenantId} tenant_metrics`)).toMatchObject({ code: 0, out: 'tenant_metrics follows' })
    expect((await run('status --json')).json()).toMatchObject([
      { halted: [], skipped: [{ tenantId, view: 'user_profile', position, by: 'ops', reason: 'import' }] },
    ])
    // What has been skipped stays skipped.
    await run(`rebuild --tenant ${tenantId} --view user_profile`)
    const [users] = await session.transaction({ tenantId }, [{ text: 'select position from read_models.user_profile' }])
    expect(users?.some((row) => Number(row['position']) === position)).toBe(false)
    await openWriter(false).execute(tenantId, registerUser(tenantId, 'kim@orchard.example'), bySystem())
    await poison('1.0.0', '9.0.0')
    const next = (await project()).position
    expect((await run(`skip ${tenantId} tenant_metrics ${next} --reason r --by ops --json`)).json()).toEqual([
      { tenantId, view: 'tenant_metrics', kind: 'follows' },
    ])
    await run(`skip ${tenantId} user_profile ${next} --reason r --by ops`)
  })
})

describe('acci doctor', () => {
  it('finds all well where all is well', async () => {
    const { code, json } = await acci('doctor --json')
    const [{ findings }] = json() as [
      { readonly findings: readonly { readonly check: string; readonly status: string }[] },
    ] // one line
    expect(findings.filter(({ status }) => status !== 'ok')).toEqual([])
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        'Node',
        'configuration',
        'PostgreSQL',
        'clocks',
        'schema',
        'views',
        'event store',
        'bus',
        'cache',
        'mail',
      ]),
    )
    expect(code).toBe(0)
  })

  it('says what is wrong and what to do, of all at once, and shows no secret', async () => {
    const { code, out } = await acci('doctor', {
      DATABASE_URL: 'postgresql://app:hunter22@127.0.0.1:1/none',
      EVENTSTORE_URL: server.url,
      EVENTSTORE_USERNAME: 'admin',
      EVENTSTORE_PASSWORD: 'hunter23',
      RABBITMQ_URL: 'amqp://app:hunter25@127.0.0.1:1',
      SMTP_URL: 'smtp://app:hunter24@127.0.0.1:1',
      ACCI_MAIL_FROM: 'acci@acci.example',
      REDIS_URL: 'redis://app:hunter25@127.0.0.1:1',
    })
    expect(out).toMatch(/WARNING +cache .*ECONNREFUSED/)
    expect(out).toMatch(/FAILED +PostgreSQL .*ECONNREFUSED/)
    expect(out).toMatch(
      /FAILED +event store +refuses the user, who may not read, or is not let in\n +→ check EVENTSTORE_USERNAME/,
    )
    expect(out).toMatch(/FAILED +bus +RabbitMQ: .*ECONNREFUSED/)
    expect(out).toMatch(/FAILED +mail +127\.0\.0\.1:1: .*ECONNREFUSED/)
    expect(out).not.toMatch(/hunter2\d/)
    expect(code).toBe(1)
  })

  it('says of a server that serves no AtomPub what it has to be started with', async () => {
    const { code, out } = await acci('doctor', { EVENTSTORE_URL: `${server.url}/elsewhere` })
    expect(out).toMatch(/FAILED +event store +.*EVENTSTORE_ENABLE_ATOM_PUB_OVER_HTTP=true/)
    expect(code).toBe(1)
  })

  it('looks whether the cache answers, and lets us in', async () => {
    const redis = await provisionRedis()
    onTestFinished(() => redis.stop())
    expect((await acci('doctor', { REDIS_URL: redis.url })).out).toMatch(/ok +cache +Redis answers/)
    const wrong = new URL(redis.url)
    wrong.password = 'hunter26'
    const { code, out } = await acci('doctor', { REDIS_URL: wrong.href })
    expect(out).toMatch(/FAILED +cache +Redis refuses .*WRONGPASS.*\n +→ check REDIS_URL/)
    expect(out).not.toContain('hunter26')
    expect(code).toBe(1)
    const standIn = await startUpstashStandIn({ redisUrl: redis.url, token: 'hunter27' })
    onTestFinished(() => standIn.stop())
    const upstash = { UPSTASH_REDIS_REST_URL: standIn.url, UPSTASH_REDIS_REST_TOKEN: standIn.token }
    expect((await acci('doctor', upstash)).out).toMatch(/ok +cache +Upstash Redis answers/)
    const refused = await acci('doctor', { ...upstash, UPSTASH_REDIS_REST_TOKEN: 'hunter28' })
    expect(refused.out).toMatch(/FAILED +cache +Upstash Redis refuses .*\n +→ check UPSTASH_REDIS_REST_URL/)
    expect(refused.out).not.toMatch(/hunter2[78]/)
  })

  it('names every fault of the configuration', async () => {
    const { code, out } = await acci('doctor', { ACCI_PROFILE: 'production', PORT: 'x', EVENTSTORE_URL: 'ftp://x' })
    expect(out).toMatch(/FAILED +configuration +PORT: /)
    expect(out).toMatch(/FAILED +configuration +EVENTSTORE_URL: /)
    expect(code).toBe(1)
  })
})

describe('acci', () => {
  it('completes every command in every shell', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { out, code } = await acci(`completion ${shell}`)
      for (const word of ['eventstore', 'verify', 'outbox', 'replace-access', 'releases', 'migrate', 'doctor'])
        expect(out).toContain(word)
      expect(code).toBe(0)
    }
  })

  it('ends with 2 and an explanation when it is used wrongly', async () => {
    expect(await acci('eventstore verfy')).toMatchObject({ code: 2, notes: expect.stringContaining('verify') })
    expect(await acci('--help')).toMatchObject({ code: 0, out: expect.stringContaining('Exit codes') })
  })
})
