import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tenantStream } from '#domain/event-store/stream-event.ts'
import type { SimulatedServer } from '../support/event-store-simulator/atompub-server.ts'
import { startGrpc } from '../support/event-store-simulator/grpc-server.ts'
import { SimulatedStore } from '../support/event-store-simulator/simulated-store.ts'
import { Client, signedInTenant, succeeded, text, type SignedInTenant } from './client.ts'
import { FollowedLog } from './crash-log.ts'
import { ADMIN, startProduct, type RunningProduct } from './running-product.ts'

const TOKEN = 'what-the-edge-shows-the-container-that-speaks-grpc'
const SETTINGS = { allowedAuthMethods: ['password'], maxUsers: 10, securityPolicy: {} }

describe('the edge, whose event store speaks gRPC alone', () => {
  const store = new SimulatedStore()
  let grpc: SimulatedServer
  let container: RunningProduct
  let edge: RunningProduct
  let client: Client
  let tenant: SignedInTenant

  beforeAll(async () => {
    grpc = await startGrpc(store)
    container = await startProduct('tools/start-container.ts', {
      EVENTSTORE_URL: grpc.url,
      EVENTSTORE_USERNAME: 'admin',
      EVENTSTORE_PASSWORD: 'changeit',
      EVENTSTORE_GATEWAY_TOKEN: TOKEN,
    })
    edge = await startProduct('tools/start.ts', {
      EVENTSTORE_URL: `${container.url}/eventstore`,
      EVENTSTORE_USERNAME: 'gateway',
      EVENTSTORE_PASSWORD: TOKEN,
    })
    client = new Client(edge.url)
    const system = text((await client.login(ADMIN.email, ADMIN.password)).body['token'])
    tenant = await signedInTenant(client, system, 'far-away', SETTINGS)
  }, 120_000)
  afterAll(async () => {
    await edge?.kill()
    edge?.clean()
    await container?.kill()
    container?.clean()
    await grpc?.close()
  })

  const rename = async (name: string) =>
    succeeded(await client.call('PATCH', `/api/v1/tenants/${tenant.tenantId}`, { token: tenant.token, body: { name } }))
  const log = async () => (await new FollowedLog(tenant.tenantId, tenant.token).follow(client)).envelopes
  const stored = () => store.read(tenantStream(tenant.tenantId), 0, 1_000).records.map(({ id }) => id)
  const expectDrained = async () => {
    const ids = (await log()).map(({ eventId }) => eventId)
    await expect.poll(stored, { timeout: 60_000 }).toEqual(ids)
  }

  it('sends its tenants’ logs there through the gateway of a container', async () => {
    await rename('Orchard & Sons')
    await expectDrained()
  })

  it('goes on by itself when the gateway was away', { timeout: 120_000 }, async () => {
    await container.kill()
    for (let at = 1; at <= 5; at++) await rename(`Orchard ${at}`)
    expect(stored().length).toBeLessThan((await log()).length)
    container = await container.restart()
    await expectDrained()
  })

  it('shows nothing to those who do not have the token, and has the API beside it', async () => {
    const stream = `${container.url}/eventstore/streams/${tenantStream(tenant.tenantId)}`
    expect((await fetch(`${stream}/head/backward/1`)).status).toBe(401)
    expect((await fetch(`${container.url}/health`)).status).toBe(200)
  })
})
