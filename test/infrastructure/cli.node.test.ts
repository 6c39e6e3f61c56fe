import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TenantId } from '#common/ids.ts'
import { tenantStream } from '#domain/event-store/stream-event.ts'
import { Forwarders } from '#domain/forwarding/forwarders.ts'
import { newId } from '#domain/new-id.ts'
import { openEventStore } from '#infrastructure/node/open-event-store.ts'
import type { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import { PostgresTenantWriter } from '#infrastructure/postgres/postgres-tenant-writer.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { runCli } from '../../src/cli/program.ts'
import { bySystem, createTenant, registerUser } from '../support/commands.ts'
import { startAtomPub, type SimulatedServer } from '../support/event-store-simulator/atompub-server.ts'
import { startGrpc } from '../support/event-store-simulator/grpc-server.ts'
import { SimulatedStore } from '../support/event-store-simulator/simulated-store.ts'
import { migrateAll } from '../support/migration-files.ts'
import { pgSession } from '../support/postgres-sessions.ts'
import { writerTools } from '../support/writer-tools.ts'

const database = testDatabase()
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
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

/** A tenant with five events in its log, forwarded or not. */
async function tenantWith({ forwarded }: { readonly forwarded: boolean }): Promise<TenantId> {
  const store = openEventStore({ EVENTSTORE_URL: server.url, ...ADMIN })
  if (!store) throw new Error('there is a URL')
  const writer = new PostgresTenantWriter({
    session,
    tools: writerTools(Date.now),
    mailer: { send: async () => undefined },
    bus: () => ({ publish: async () => undefined }),
    logger: quiet,
    ...(forwarded && { forwarders: new Forwarders({ store, logger: quiet, now: Date.now, sweepIn: () => undefined }) }),
  })
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

describe('acci outbox status', () => {
  it('shows what waits, and since when', async () => {
    const tenantId = await tenantWith({ forwarded: false })
    expect(await statusOf(tenantId)).toMatchObject([
      { tenantId, forwarded: 0, waitingSince: expect.stringMatching(/^\d{4}-.*Z$/) },
    ])
    const { out, code } = await acci('outbox status --limit 1000')
    expect(out).toMatch(/^\d+ tenants, \d+ events\nto be projected: \d+\nto be forwarded: [1-9]/)
    expect(out).toContain(tenantId)
    expect(code).toBe(0)
  })

  it('shows who is fenced', async () => {
    const tenantId = await tenantWith({ forwarded: false })
    const text = `update tenant_log.tenant set fence_reason = 'foreign_event', fence_position = 2 where tenant_id = $1`
    await session.transaction('owner', [{ text, params: [tenantId] }])
    const { out } = await acci('outbox status --limit 1000')
    expect(out).toContain('fenced tenants: 1')
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

describe('acci doctor', () => {
  it('finds all well where all is well', async () => {
    const { code, json } = await acci('doctor --json')
    const [{ findings }] = json() as [
      { readonly findings: readonly { readonly check: string; readonly status: string }[] },
    ] // one line
    expect(findings.filter(({ status }) => status !== 'ok')).toEqual([])
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining(['Node', 'configuration', 'PostgreSQL', 'clocks', 'schema', 'event store', 'mail']),
    )
    expect(code).toBe(0)
  })

  it('says what is wrong and what to do, of all at once, and shows no secret', async () => {
    const { code, out } = await acci('doctor', {
      DATABASE_URL: 'postgresql://app:hunter22@127.0.0.1:1/none',
      EVENTSTORE_URL: server.url,
      EVENTSTORE_USERNAME: 'admin',
      EVENTSTORE_PASSWORD: 'hunter23',
      SMTP_URL: 'smtp://app:hunter24@127.0.0.1:1',
      ACCI_MAIL_FROM: 'acci@acci.example',
    })
    expect(out).toMatch(/FAILED +PostgreSQL .*ECONNREFUSED/)
    expect(out).toMatch(/FAILED +event store +refuses the user\n +→ check EVENTSTORE_USERNAME/)
    expect(out).toMatch(/FAILED +mail +127\.0\.0\.1:1: .*ECONNREFUSED/)
    expect(out).not.toMatch(/hunter2\d/)
    expect(code).toBe(1)
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
      for (const word of ['eventstore', 'verify', 'outbox', 'replace-access', 'doctor']) expect(out).toContain(word)
      expect(code).toBe(0)
    }
  })

  it('ends with 2 and an explanation when it is used wrongly', async () => {
    expect(await acci('eventstore verfy')).toMatchObject({ code: 2, notes: expect.stringContaining('verify') })
    expect(await acci('--help')).toMatchObject({ code: 0, out: expect.stringContaining('Exit codes') })
  })
})
