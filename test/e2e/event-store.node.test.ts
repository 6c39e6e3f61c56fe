import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tenantStream } from '#domain/event-store/stream-event.ts'
import { privateAuthority } from '../support/event-store-simulator/certificates.ts'
import { EVENT_STORE_LOGIN, RemoteEventStore } from '../support/remote-event-store.ts'
import { Client, signedInTenant, succeeded, text, type SignedInTenant } from './client.ts'
import { FollowedLog } from './crash-log.ts'
import { ADMIN, startProduct, type RunningProduct } from './running-product.ts'

describe.each([
  ['tools/start.ts', 'AtomPub'],
  ['tools/start-container.ts', 'AtomPub'],
  ['tools/start-container.ts', 'gRPC'],
  ['tools/start-container.ts', 'gRPC', 'with TLS and rights'],
] as const)('an event store behind %s, over %s %s', (tool, protocol, secured?: string) => {
  const authority = secured === undefined ? undefined : privateAuthority()
  const remote = new RemoteEventStore(protocol, authority)
  let product: RunningProduct
  let client: Client
  let systemToken: string
  let tenant: SignedInTenant

  beforeAll(async () => {
    const trusting = authority ? `&tlsCAFile=${authority.caFile}` : ''
    product = await startProduct(tool, { EVENTSTORE_URL: `${await remote.comes()}${trusting}`, ...EVENT_STORE_LOGIN })
    client = new Client(product.url)
    systemToken = text((await client.login(ADMIN.email, ADMIN.password)).body['token'])
    const settings = { allowedAuthMethods: ['password'], maxUsers: 1_000, securityPolicy: {} }
    const slug = `store-${protocol}-${tool.length}${authority ? '-tls' : ''}`.toLowerCase()
    tenant = await signedInTenant(client, systemToken, slug, settings)
  }, 120_000)
  afterAll(async () => {
    await product?.kill()
    product?.clean()
    await remote.goesAway()
    authority?.remove()
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
