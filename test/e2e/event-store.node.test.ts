import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromStoreEvent, tenantStream } from '#domain/event-store/stream-event.ts'
import { startAtomPub, type SimulatedServer } from '../support/event-store-simulator/atompub-server.ts'
import { Faults } from '../support/event-store-simulator/faults.ts'
import { startGrpc } from '../support/event-store-simulator/grpc-server.ts'
import { SimulatedStore } from '../support/event-store-simulator/simulated-store.ts'
import { Client, signedInTenant, succeeded, text, type SignedInTenant } from './client.ts'
import { FollowedLog } from './crash-log.ts'
import { ADMIN, startProduct, type RunningProduct } from './running-product.ts'

/** An EventStoreDB of the tests' own: it speaks the real protocol, and can go away, come back and misbehave. */
class RemoteStore {
  readonly store = new SimulatedStore()
  readonly faults = new Faults()
  readonly #start: typeof startAtomPub
  #server: SimulatedServer | undefined
  #port = 0

  constructor(protocol: 'AtomPub' | 'gRPC') {
    this.#start = protocol === 'AtomPub' ? startAtomPub : startGrpc
  }

  async comes(): Promise<string> {
    this.#server = await this.#start(this.store, this.faults, this.#port)
    this.#port = Number(/:(\d+)(?:\?|$)/.exec(this.#server.url)?.[1])
    return this.#server.url
  }

  async goesAway(): Promise<void> {
    await this.#server?.close()
    this.#server = undefined
  }

  /** The tenant's log as it is held here, in order. */
  log(tenantId: string) {
    return this.store.read(tenantStream(tenantId), 0, 1_000_000).records.map(({ id, type, data, metadata }) => {
      const read = fromStoreEvent({
        id,
        type,
        data: JSON.parse(data.toString()) as Record<string, never>, // an object: checked by `fromStoreEvent`
        metadata: JSON.parse(metadata.toString()) as Record<string, never>,
      })
      return read.kind === 'event' ? read.envelope : read
    })
  }
}

describe.each([
  ['tools/start.ts', 'AtomPub'],
  ['tools/start-container.ts', 'AtomPub'],
  ['tools/start-container.ts', 'gRPC'],
] as const)('an event store behind %s, over %s', (tool, protocol) => {
  const remote = new RemoteStore(protocol)
  let product: RunningProduct
  let client: Client
  let systemToken: string
  let tenant: SignedInTenant

  beforeAll(async () => {
    const url = await remote.comes()
    product = await startProduct(tool, {
      EVENTSTORE_URL: url,
      EVENTSTORE_USERNAME: 'admin',
      EVENTSTORE_PASSWORD: 'changeit',
    })
    client = new Client(product.url)
    systemToken = text((await client.login(ADMIN.email, ADMIN.password)).body['token'])
    const settings = { allowedAuthMethods: ['password'], maxUsers: 1_000, securityPolicy: {} }
    tenant = await signedInTenant(client, systemToken, `store-${protocol}-${tool.length}`.toLowerCase(), settings)
  }, 120_000)
  afterAll(async () => {
    await product?.kill()
    product?.clean()
    await remote.goesAway()
  })

  const rename = async (name: string) => {
    const { tenantId, token } = tenant
    return client.call('PATCH', `/api/v1/tenants/${tenantId}`, { token, body: { name } })
  }

  /** Waits until the store holds the tenant's log as it is, event by event and with its chain of hashes. */
  const expectDrained = async (within = 60_000) => {
    const log = (await new FollowedLog(tenant.tenantId, tenant.token).follow(client)).envelopes
    await expect.poll(() => remote.log(tenant.tenantId).length, { timeout: within }).toBe(log.length)
    expect(remote.log(tenant.tenantId)).toEqual(log)
  }

  it('holds each tenant’s log, as it was committed', async () => {
    succeeded(await rename('Orchard & Sons'))
    await expectDrained(5_000)
  })

  it('holds each event once and in order, whatever becomes of requests and answers', async () => {
    remote.faults.plan('append', 'lostReply', 'unavailable', 'lostRequest', 'notLeader', 'twice', 'lostReply')
    remote.faults.plan('read', 'unavailable')
    for (let at = 0; at < 20; at++) succeeded(await rename(`Orchard ${at}`))
    await expectDrained()
  }, 90_000)

  it('may be away: commands are carried out all the same, survive a kill, and follow once it is back', async () => {
    await remote.goesAway()
    for (let at = 0; at < 30; at++) succeeded(await rename(`Orchard away ${at}`))
    await product.kill()
    product = await product.restart()
    client = new Client(product.url)
    succeeded(await rename('Orchard again'))
    expect(remote.log(tenant.tenantId).at(-1)).not.toMatchObject({ data: { name: 'Orchard again' } })
    await remote.comes()
    await expectDrained()
  }, 150_000)

  it('fences a tenant whose stream somebody else has written to, and no other', async () => {
    const stream = tenantStream(tenant.tenantId)
    const held = remote.log(tenant.tenantId).length
    const foreign = {
      id: crypto.randomUUID(),
      type: 'something.else',
      json: true,
      data: Buffer.from('{}'),
      metadata: Buffer.from('{}'),
    }
    expect(remote.store.append(stream, [foreign], held - 1)).toMatchObject({ result: 'ok' })
    await rename('Orchard fenced')
    await expect
      .poll(async () => (await rename('Orchard refused')).body['code'], { timeout: 30_000 })
      .toBe('tenant.fenced')
    expect(await rename('Orchard refused')).toMatchObject({ status: 503 })
    // What was committed is still there to be read, and others go on.
    expect((await client.call('GET', `/api/v1/tenants/${tenant.tenantId}`, { token: tenant.token })).status).toBe(200)
    succeeded(await client.login(ADMIN.email, ADMIN.password))
    expect(remote.log(tenant.tenantId)).toHaveLength(held + 1)
  }, 60_000)
})
