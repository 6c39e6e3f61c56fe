import { mkdtempSync, globSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tenantStream } from '#domain/event-store/stream-event.ts'
import { VIEW_NAMES } from '#domain/projection/views.ts'
import { freePort } from '../../tools/free-port.ts'
import { withClient } from '../../tools/postgres/provision.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { runCli } from '../../src/cli/program.ts'
import { startAtomPub, type SimulatedServer } from '../support/event-store-simulator/atompub-server.ts'
import { ANY, SimulatedStore } from '../support/event-store-simulator/simulated-store.ts'
import { EVENT_STORE_LOGIN } from '../support/remote-event-store.ts'
import { Client, signedInTenant, succeeded, text, type SignedInTenant } from './client.ts'
import { ADMIN, startProduct, type RunningProduct } from './running-product.ts'

const TOKEN = 'what-operators-show-the-edge-deployment'
const MASTER_KEY = `${'B'.repeat(42)}A`
const SETTINGS = { allowedAuthMethods: ['password'], maxUsers: 10, securityPolicy: {} }
const DRAINED_WITHIN = { timeout: 30_000 }

describe('the command line, before an edge deployment', () => {
  const database = testDatabase()
  const dataDir = mkdtempSync(join(tmpdir(), 'acci-e2e-'))
  let store = new SimulatedStore()
  let server: SimulatedServer
  let product: RunningProduct
  let client: Client
  let system: string
  const tenants: SignedInTenant[] = []

  beforeAll(async () => {
    server = await startAtomPub(store)
    product = await startProduct(
      'tools/start.ts',
      {
        DATABASE_URL: database.url,
        ACCI_MASTER_KEY: MASTER_KEY,
        ACCI_OPERATOR_TOKEN: TOKEN,
        EVENTSTORE_URL: server.url,
        ...EVENT_STORE_LOGIN,
      },
      dataDir,
    )
    client = new Client(product.url)
    system = text((await client.login(ADMIN.email, ADMIN.password)).body['token'])
    for (const name of ['elm', 'oak', 'fir']) {
      const tenant = await signedInTenant(client, system, `edge-${name}`, SETTINGS)
      for (let user = 1; user <= 3; user++) await register(tenant, `user${user}-${name}`)
      tenants.push(tenant)
    }
  }, 120_000)
  afterAll(async () => {
    await product?.kill()
    product?.clean()
    await server?.close()
  })

  /** Runs the command line as an operator of the deployment would. */
  async function acci(words: string, environment: Readonly<Record<string, string>> = {}) {
    const [out, notes]: [string[], string[]] = [[], []]
    const code = await runCli(words.split(' '), {
      environment: {
        ACCI_EDGE_URL: product.url,
        ACCI_OPERATOR_TOKEN: TOKEN,
        ACCI_MASTER_KEY: MASTER_KEY,
        DATABASE_URL: database.url,
        EVENTSTORE_URL: server.url,
        ...EVENT_STORE_LOGIN,
        ...environment,
      },
      out: (line) => void out.push(line),
      note: (line) => void notes.push(line),
    })
    return { code, out: out.join('\n'), notes: notes.join('\n') }
  }

  const register = ({ tenantId, token }: SignedInTenant, name: string) =>
    client.call('POST', `/api/v1/tenants/${tenantId}/users`, {
      token,
      body: { email: `${name}@example.com`, role: 'user', inviteDelivery: 'return' },
    })
  const tenantAt = (index: number): SignedInTenant => {
    const tenant = tenants[index]
    if (!tenant) throw new Error('there are three')
    return tenant
  }
  const statusOf = async () => {
    const { out } = await acci('outbox status --json --limit 1000')
    return JSON.parse(out) as {
      readonly totals: Readonly<Record<string, number>>
      readonly lagging: readonly { readonly tenantId: string; readonly fence?: object }[]
    } // as it was asked for
  }
  const followed = () =>
    expect.poll(async () => (await statusOf()).totals, DRAINED_WITHIN).toMatchObject({ toProject: 0, toForward: 0 })
  /** All rows of all views, as they are. */
  const views = () =>
    withClient(database.url, async (postgres) => {
      const found: Record<string, unknown> = {}
      for (const view of VIEW_NAMES)
        found[view] = (await postgres.query(`select * from read_models.${view} order by tenant_id, key`)).rows
      return found
    })

  /** Takes from the read database all that it has of a tenant. */
  const loseViews = (tenantId: string) =>
    withClient(database.url, async (postgres) => {
      for (const table of ['checkpoint', ...VIEW_NAMES])
        await postgres.query(`delete from read_models.${table} where tenant_id = $1`, [tenantId])
    })

  it('sees how far the logs are followed, and all of them whole in the event store', async () => {
    await followed()
    // The platform's own tenant has a log too.
    expect((await statusOf()).totals).toMatchObject({ tenants: 4, fenced: 0 })
    expect(await acci('outbox status')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^4 tenants, \d+ events\n/),
    })
    expect(await acci('eventstore verify')).toMatchObject({ code: 0, notes: '4 verified, 0 differ' })
    const { tenantId } = tenantAt(0)
    const events = await acci(`tenants events ${tenantId} --json --limit 5000`)
    expect(events.code).toBe(0)
    expect(events.out.split('\n').length).toBeGreaterThan(8)
    expect(events.out).not.toContain('@example.com')
    expect(await acci('projections status')).toMatchObject({ code: 0, out: 'all views follow' })
    const { out, code } = await acci('doctor')
    expect(out).toMatch(/^ok +edge +lets operators in/m)
    expect(code).toBe(0)
  })

  it('brings back a read database that is lost, for all tenants, row by row as it was', async () => {
    await followed()
    const before = await views()
    await withClient(database.url, async (postgres) => {
      const { rows } = await postgres.query<{ readonly name: string }>(
        `select nspname as name from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')`,
      )
      await postgres.query(`drop schema ${rows.map(({ name }) => name).join(', ')} cascade`)
    })
    expect((await acci('doctor')).out).toMatch(
      /^WARNING +schema +to be applied: 0001_read_models, .*\n +→ run “acci database migrate”/m,
    )
    expect(await acci('database migrate')).toMatchObject({ code: 0, out: expect.stringMatching(/^applied 0001/) })
    expect(await acci('database migrate')).toMatchObject({ code: 0, out: 'the schema is up to date' })
    expect(Object.values(await views()).flat()).toEqual([])
    // A master key of one's own opens nothing, and so nothing is written.
    expect(await acci('projections rebuild', { ACCI_MASTER_KEY: '' })).toMatchObject({ code: 2 })
    expect(await acci('projections rebuild', { ACCI_MASTER_KEY: `${'C'.repeat(42)}A` })).toMatchObject({
      code: 1,
      notes: expect.stringContaining('4 of 4 tenants could not be rebuilt'),
    })
    expect(Object.values(await views()).flat()).toEqual([])

    const { code, notes } = await acci('projections rebuild')
    expect(notes).toContain('4 tenants rebuilt')
    expect(code).toBe(0)
    expect(await views()).toEqual(before)
    // What is read and written from now on follows from there.
    for (const tenant of tenants) succeeded(await register(tenant, `later-${tenant.tenantId.slice(-4)}`))
    await followed()
    const again = await views()
    expect(again).not.toEqual(before)
    expect(await acci('projections rebuild')).toMatchObject({ code: 0, out: '' })
    expect(await views()).toEqual(again)
  }, 120_000)

  it('rebuilds from the event store alone, with the keys of the tenants’ objects', async () => {
    await followed()
    const before = await views()
    const { tenantId } = tenantAt(1)
    await loseViews(tenantId)
    expect(await views()).not.toEqual(before)
    expect(await acci(`projections rebuild --tenant ${tenantId} --from eventstore`)).toMatchObject({ code: 0 })
    expect(await views()).toEqual(before)
  })

  it('finds a view that stands still, retries it and has it leave the event out', async () => {
    await followed()
    const tenant = tenantAt(2)
    const { tenantId } = tenant
    /** Makes the last event of the tenant one that no view can read, or one that they can, where its object keeps it. */
    const poison = async (from: string, to: string): Promise<number> => {
      await product.kill()
      let position = 0
      for (const file of globSync(join(dataDir, 'miniflare/do/acci-TenantObject/*.sqlite'))) {
        const own = new DatabaseSync(file)
        const isThere = own.prepare("select 1 from sqlite_master where name = 'event'").get()
        const last = isThere && own.prepare('select * from event order by position desc limit 1').get()
        if (last && String(last['text']).includes(`"tenantId":"${tenantId}"`)) {
          position = Number(last['position'])
          const change = 'update event set text = replace(text, ?, ?) where position = ?'
          own.prepare(change).run(`"schemaVersion":"${from}"`, `"schemaVersion":"${to}"`, position)
        }
        own.close()
      }
      product = await product.restart()
      return position
    }
    succeeded(await register(tenant, 'poisoned'))
    const position = await poison('1.0.0', '9.0.0')
    expect(position).toBeGreaterThan(0)
    // Its views are to be made anew, which the next read does.
    await loseViews(tenantId)
    const list = () => client.call('GET', `/api/v1/tenants/${tenantId}/users`, { token: tenant.token }).then(succeeded)
    await expect
      .poll(async () => (await list().then(() => acci('projections status'))).out, DRAINED_WITHIN)
      .toMatch(new RegExp(`^${tenantId} +user_profile +${position} `, 'm'))
    expect(product.output()).toContain('a view stands still at an event it cannot fold')
    expect((await acci('projections status')).code).toBe(1)
    expect(await acci(`projections retry ${tenantId} user_profile`)).toMatchObject({
      code: 1,
      notes: expect.stringContaining(`user_profile still stands at position ${position}`),
    })
    const skip = `projections skip ${tenantId} user_profile ${position} --reason unreadable --by ops`
    expect(await acci(skip)).toMatchObject({
      code: 0,
      out: `user_profile leaves out the event at position ${position}, and follows`,
    })
    expect((await acci('projections status')).out).toMatch(/left out:\n.*\n.* ops +unreadable$/)
    await poison('9.0.0', '1.0.0')
    expect(await acci(`projections retry ${tenantId} tenant_metrics`)).toMatchObject({
      code: 0,
      out: 'tenant_metrics follows',
    })
    expect((await acci('projections status')).code).toBe(0)
    expect(product.output()).toContain('an operator has had a view try again')
  }, 180_000)

  it('lifts a fence where the store holds the log again, and remembers who did it', async () => {
    const tenant = tenantAt(0)
    const { tenantId } = tenant
    await followed()
    const foreign = {
      id: crypto.randomUUID(),
      type: 'x',
      json: true,
      data: Buffer.from('{}'),
      metadata: Buffer.from('{}'),
    }
    store.append(tenantStream(tenantId), [foreign], ANY)
    succeeded(await register(tenant, 'finds-it-out'))
    const fenced = async () => (await statusOf()).lagging.find((entry) => entry.tenantId === tenantId)?.fence
    await expect.poll(fenced, DRAINED_WITHIN).toMatchObject({ reason: 'foreign_event' })
    expect((await acci('outbox status')).out).toMatch(/^fenced tenants: 1$/m)
    expect(await register(tenant, 'refused')).toMatchObject({ status: 503, body: { code: 'tenant.fenced' } })
    expect(await acci(`eventstore verify --tenant ${tenantId}`)).toMatchObject({ code: 1 })
    const words = `eventstore release ${tenantId} --reason new-store --by ops`
    expect(await acci(words)).toMatchObject({ code: 1, notes: expect.stringContaining('the fence stays') })
    expect(await acci(`eventstore releases ${tenantId}`)).toMatchObject({ out: 'no fence of it has been lifted' })

    // Another store takes its place, that holds nothing.
    const at = Number(new URL(server.url).port)
    await server.close()
    store = new SimulatedStore()
    server = await startAtomPub(store, undefined, at)
    // Connections to the one before may still be tried.
    await expect
      .poll(() => acci(words), DRAINED_WITHIN)
      .toMatchObject({
        code: 0,
        out: `${tenantId} takes commands again; the event store holds 0 of its events`,
      })
    succeeded(await register(tenant, 'accepted'))
    const whole = async () => (await acci(`eventstore verify --tenant ${tenantId}`)).out
    await expect.poll(whole, DRAINED_WITHIN).toMatch(/: (\d+) events, whole; \1 of them in the event store$/)
    expect((await acci(`eventstore releases ${tenantId}`)).out).toMatch(/foreign_event at \d+ +0 +ops +new-store$/)
    expect(await acci(words)).toMatchObject({ code: 2, notes: `${tenantId} is not fenced` })
    expect(product.output()).toContain('an operator has lifted the fence of a tenant')
  }, 120_000)

  it('tells a wrong token, a wrong tenant and a deployment that is away from one another', async () => {
    const wrong = await acci('outbox status', { ACCI_OPERATOR_TOKEN: 'x'.repeat(32) })
    expect(wrong).toMatchObject({ code: 2, notes: expect.stringContaining('check ACCI_OPERATOR_TOKEN') })
    expect(await acci('outbox status', { ACCI_OPERATOR_TOKEN: '' })).toMatchObject({
      code: 2,
      notes: expect.stringContaining('ACCI_OPERATOR_TOKEN: needed with ACCI_EDGE_URL'),
    })
    expect(await acci('projections retry ten_typo user_profile')).toMatchObject({
      code: 2,
      notes: 'there is no log of a tenant ten_typo',
    })
    const away = { ACCI_EDGE_URL: `http://127.0.0.1:${await freePort()}` }
    for (const words of [
      'outbox status',
      'eventstore verify',
      'projections rebuild',
      `tenants events ${tenantAt(0).tenantId}`,
      `projections retry ${tenantAt(0).tenantId} user_profile`,
    ])
      expect(await acci(words, away)).toMatchObject({
        code: 3,
        out: '',
        notes: expect.stringContaining('the edge deployment does not answer'),
      })
    const doctor = await acci('doctor', away)
    expect(doctor).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^FAILED +edge +the edge deployment does not/m),
    })
    expect((await acci('doctor', { ACCI_OPERATOR_TOKEN: 'x'.repeat(32) })).out).toMatch(
      /^FAILED +edge +.*refuses the token/m,
    )
  })

  it('is let in by its own token alone: neither a tenant’s nor the system’s administrator is', async () => {
    for (const token of [undefined, system, tenantAt(1).token]) {
      const options = token === undefined ? {} : { token }
      expect(await client.call('GET', '/operator/v1/tenants', options)).toMatchObject({ status: 401 })
      const path = `/operator/v1/tenants/${tenantAt(0).tenantId}/views/user_profile/retry`
      expect(await client.call('POST', path, options)).toMatchObject({ status: 401 })
    }
    // And it opens nothing else.
    expect(await client.call('GET', '/api/v1/tenants', { token: TOKEN })).toMatchObject({ status: 401 })
  })
})
