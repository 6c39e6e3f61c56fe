import type { Connection } from 'rabbitmq-client'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { newId } from '#domain/new-id.ts'
import { ConfirmingPublisher } from '#infrastructure/node/rabbitmq/confirming-publisher.ts'
import { processEvents } from '#infrastructure/node/rabbitmq/process-events.ts'
import { RabbitMq } from '#infrastructure/node/rabbitmq/rabbitmq.ts'
import { DEAD_LETTER_QUEUE, EVENT_PROCESSING } from '#infrastructure/node/rabbitmq/topology.ts'
import { TenantWorkers } from '#infrastructure/node/tenant-workers.ts'
import type { Broker } from '../../../tools/rabbitmq/broker.ts'
import { testBroker } from '../../../tools/rabbitmq/test-broker.ts'
import { FaultProxy } from '../../support/fault-proxy.ts'
import { envelopeAt, MemoryPublication } from '../../support/memory-publication.ts'
import {
  emptyTopology,
  follow,
  keptLog,
  observer,
  subscribe,
  take,
  takenIds,
  waitingIn,
} from '../../support/rabbitmq.ts'

const openBroker = testBroker()
const within = { timeout: 60_000 }

describe('events over RabbitMQ', () => {
  let broker: Broker
  let connection: Connection

  beforeAll(async () => {
    broker = await openBroker()
    await broker.start()
    connection = observer(broker.url)
  }, 120_000)
  afterAll(async () => {
    connection.unsafeDestroy()
    await broker.remove()
  })
  beforeEach(() => emptyTopology(connection))

  /** A process that projects nothing but remembers what it was to project. */
  function replica(storage = new MemoryPublication(), url = broker.url) {
    const projected: string[] = []
    const projections = new TenantWorkers(
      async (tenantId) => projected.push(tenantId),
      () => undefined,
    )
    const log = keptLog()
    const rabbitMq = new RabbitMq({
      url,
      publicUrl: 'https://acci.test',
      storage,
      projections,
      logger: log.logger,
    })
    const stop = async () => {
      await rabbitMq.stop()
      await projections.stop()
    }
    onTestFinished(stop)
    const wake = (tenantId: string, toPosition: number) => rabbitMq.bus.publish([{ tenantId, toPosition }])
    return { storage, rabbitMq, projected, ...log, stop, wake }
  }

  /** Takes what lies in a queue until there is nothing more to come. */
  async function takeAll(queue: string, until: (ids: readonly string[]) => boolean) {
    const ids: string[] = []
    await expect
      .poll(async () => {
        ids.push(...(await takenIds(connection, queue)))
        return until(ids)
      }, within)
      .toBe(true)
    return ids
  }

  it('reach a subscriber as CloudEvents, under the tenant’s id and their type', async () => {
    const tenantId = newId.tenant()
    const [mine, users] = [await subscribe(connection, `${tenantId}.tenant.*`), await subscribe(connection, '*.user.*')]
    const { storage, rabbitMq, connected, wake } = replica()
    rabbitMq.start()
    await connected()
    await wake(tenantId, storage.append(tenantId, 2))
    await expect.poll(() => waitingIn(connection, mine), within).toBe(2)
    const [first, second] = [await take(connection, mine), await take(connection, mine)]
    expect(first).toMatchObject({
      contentType: 'application/cloudevents+json',
      durable: true,
      messageId: `${tenantId}/1`,
      routingKey: `${tenantId}.tenant.updated`,
    })
    expect(JSON.parse(String(first?.body))).toEqual({
      specversion: '1.0',
      id: `${tenantId}/1`,
      source: `https://acci.test/api/v1/tenants/${tenantId}`,
      type: 'tenant.updated',
      subject: `tenant/${tenantId}`,
      time: '2026-11-24T12:00:00.000Z',
      datacontenttype: 'application/json',
      sequence: '0000000000000001',
      data: envelopeAt(tenantId, 1),
    })
    expect(second?.messageId).toBe(`${tenantId}/2`)
    expect(await waitingIn(connection, users)).toBe(0)
  })

  it('go out again after a process has died between their confirmation and its note, and in order', async () => {
    const tenantId = newId.tenant()
    const queue = await subscribe(connection, `${tenantId}.#`)
    const storage = new MemoryPublication()
    const head = storage.append(tenantId, 250)
    storage.saveFault = new Error('killed')
    const dying = replica(storage)
    dying.rabbitMq.start()
    await dying.connected()
    await dying.wake(tenantId, head)
    await expect.poll(() => waitingIn(connection, queue), within).toBeGreaterThanOrEqual(100)
    await dying.stop()
    storage.saveFault = undefined
    const next = replica(storage)
    next.rabbitMq.start()
    const ids = await takeAll(queue, (taken) => new Set(taken).size === 250)
    expect(ids.length).toBeGreaterThan(250)
    expect([...new Set(ids)]).toEqual(Array.from({ length: 250 }, (_, index) => `${tenantId}/${index + 1}`))
  })

  it('wait in the log while there is no broker, whose work the process does itself, and go out once there is one', async () => {
    const tenants = Array.from({ length: 20 }, () => newId.tenant())
    const queue = await subscribe(connection, '#')
    await broker.flush()
    await broker.kill()
    const { storage, rabbitMq, projected, wake, connected, errors } = replica()
    rabbitMq.start()
    for (const tenantId of tenants) await wake(tenantId, storage.append(tenantId, 30))
    await expect.poll(() => projected.toSorted(), within).toEqual(tenants.toSorted())
    await rabbitMq.commands.enqueue({ tenantId: 'ten_a', operationId: 'opn_a' })
    const ran: string[] = []
    rabbitMq.commands.consume(async ({ operationId }) => void ran.push(operationId))
    await expect.poll(() => ran, within).toEqual(['opn_a'])
    await broker.start()
    await connected()
    const ids = await takeAll(queue, (taken) => new Set(taken).size === 600)
    for (const tenantId of tenants)
      expect(ids).toEqual(expect.arrayContaining(Array.from({ length: 30 }, (_, index) => `${tenantId}/${index + 1}`)))
    expect(errors()).toEqual([])
  }, 120_000)

  it('wait for nobody while the broker is silent, and go out once it speaks again', async () => {
    const proxy = await FaultProxy.before(Number(new URL(broker.url).port))
    onTestFinished(() => proxy.close())
    const { storage, rabbitMq, projected, wake, connected } = replica(undefined, proxy.through(broker.url))
    rabbitMq.start()
    await connected()
    const tenants = Array.from({ length: 30 }, () => newId.tenant())
    const queue = await subscribe(connection, '#')
    proxy.blackHole()
    for (const tenantId of tenants) await wake(tenantId, storage.append(tenantId, 3))
    await expect.poll(() => projected.toSorted(), within).toEqual(tenants.toSorted())
    await wake('ten_late', storage.append('ten_late'))
    await rabbitMq.commands.enqueue({ tenantId: 'ten_late', operationId: 'opr_late' })
    await expect.poll(() => projected, within).toContain('ten_late')
    proxy.pass()
    await takeAll(queue, (taken) => new Set(taken).size === 91)
  }, 120_000)

  it('wait for a subscriber’s full queue that refuses them, with hardly a copy for the others, and are projected meanwhile', async () => {
    const tenantId = newId.tenant()
    const full = await subscribe(connection, `${tenantId}.#`, { 'x-max-length': 3, 'x-overflow': 'reject-publish' })
    const other = await subscribe(connection, `${tenantId}.#`)
    const { storage, rabbitMq, projected, connected, wake } = replica()
    rabbitMq.start()
    await connected()
    const first = 10
    await wake(tenantId, storage.append(tenantId, first))
    // What was confirmed before the refusal counts.
    await expect.poll(() => storage.backlog(tenantId), within).toBe(first - 3)
    for (let commits = 1; commits <= 50; commits++) {
      const before = projected.length
      await wake(tenantId, storage.append(tenantId))
      await expect.poll(() => projected.length, within).toBeGreaterThan(before)
    }
    await connection.queueDelete({ queue: full })
    const ids = await takeAll(other, (taken) => new Set(taken).size === first + 50)
    await expect.poll(() => storage.backlog(tenantId), within).toBe(0)
    // Once what came after the refused one, and that one with each try: at most five until 25 s are over.
    expect(ids.length - new Set(ids).size).toBeLessThanOrEqual(first - 3 + 5)
    expect([...new Set(ids)]).toEqual(Array.from({ length: first + 50 }, (_, index) => `${tenantId}/${index + 1}`))
  }, 120_000)

  it('are none of them lost when the broker is killed under load, again and again', async () => {
    const tenants = Array.from({ length: 10 }, () => newId.tenant())
    const queue = await subscribe(connection, '#')
    const came = follow(connection, queue)
    await broker.flush()
    const { storage, rabbitMq, projected, wake, connected } = replica()
    rabbitMq.start()
    await connected()
    const heads = new Map<string, number>()
    const ended = new AbortController()
    // Each tenant's client goes on committing, also while there is no broker, until a little waits for it.
    const load = async (tenantId: string) => {
      while (!ended.signal.aborted) {
        await expect.poll(() => storage.backlog(tenantId), within).toBeLessThan(100)
        const head = storage.append(tenantId, 7)
        heads.set(tenantId, head)
        await wake(tenantId, head)
      }
    }
    const loaded = Promise.all(tenants.map((tenantId) => load(tenantId)))
    for (let kills = 1; kills <= 3; kills++) {
      const before = projected.length
      await expect.poll(() => projected.length, within).toBeGreaterThan(before + 20)
      await broker.kill()
      await broker.start()
      await connected(1 + kills)
    }
    ended.abort()
    await loaded
    const all = [...heads].flatMap(([tenantId, head]) =>
      Array.from({ length: head }, (_, index) => `${tenantId}/${index + 1}`),
    )
    await expect.poll(() => all.filter((id) => !came.has(id)), within).toEqual([])
    await expect.poll(() => waitingIn(connection, EVENT_PROCESSING.name), within).toBe(0)
  }, 240_000)

  it('become dead letters when their tenant cannot be projected five times, and keep no other waiting', async () => {
    const [bad, good] = [newId.tenant(), newId.tenant()]
    const tries: string[] = []
    const projections = new TenantWorkers(
      (tenantId) => {
        tries.push(tenantId)
        return tenantId === bad ? Promise.reject(new Error('away')) : Promise.resolve(1)
      },
      () => undefined,
    )
    const { logger, errors } = keptLog()
    const pauses: number[] = []
    const wait = async (pause: number) => void pauses.push(pause)
    const processing = processEvents({ connection, projections, logger, wait })
    onTestFinished(() => processing.close())
    const publisher = new ConfirmingPublisher(() => connection)
    for (const tenantId of [bad, good]) {
      const body = JSON.stringify({ specversion: '1.0', data: { tenantId, position: 1 } })
      await publisher.publish([
        { exchange: 'events', routingKey: 'x', id: tenantId, type: 't', contentType: 'application/json', body },
      ])
    }
    await expect.poll(() => waitingIn(connection, DEAD_LETTER_QUEUE), within).toBe(1)
    expect(await take(connection, DEAD_LETTER_QUEUE)).toMatchObject({ messageId: bad })
    expect(tries.filter((tenantId) => tenantId === bad)).toHaveLength(5)
    expect(pauses).toEqual([250, 1_000, 5_000, 20_000])
    await expect.poll(() => tries).toContain(good)
    expect(errors()).toMatchObject([{ fields: { tenantId: bad, position: 1, deliveries: 5 } }])
  })

  it.each([
    ['no JSON', 'not JSON'],
    ['an event of nobody’s', '{"specversion":"1.0","data":{"position":1}}'],
    ['null', 'null'],
    ['a text', '"text"'],
    ['a number', '7'],
    ['a list', '[]'],
    ['data that is null', '{"specversion":"1.0","data":null}'],
    ['nothing', ''],
  ])('that are none (%s) become dead letters at once, and the others are worked', async (_, body) => {
    const { rabbitMq, connected, errors, projected } = replica()
    rabbitMq.start()
    await connected()
    const publisher = new ConfirmingPublisher(() => connection)
    const message = { exchange: 'events', routingKey: 'x', type: 't', body }
    const good = JSON.stringify({ specversion: '1.0', data: { tenantId: 'ten_good', position: 1 } })
    await publisher.publish([
      { ...message, id: 'foreign', contentType: 'text/plain' },
      { ...message, id: 'typed', contentType: 'application/json' },
      { ...message, id: 'good', contentType: 'application/json', body: good },
    ])
    await expect.poll(() => waitingIn(connection, DEAD_LETTER_QUEUE), within).toBe(2)
    await expect.poll(() => projected, within).toEqual(['ten_good'])
    expect(errors()).toMatchObject([{ fields: { messageId: 'foreign' } }, { fields: { messageId: 'typed' } }])
    await expect.poll(() => waitingIn(connection, EVENT_PROCESSING.name), within).toBe(0)
  })

  it.each(['fails', 'hangs'] as const)(
    'of a tenant whose projection %s leave room for those of others',
    async (how) => {
      const [bad, good] = [newId.tenant(), newId.tenant()]
      const hung = Promise.withResolvers<number>()
      const tries: string[] = []
      const projections = new TenantWorkers(
        (tenantId) => {
          tries.push(tenantId)
          if (tenantId !== bad) return Promise.resolve(1)
          return how === 'fails' ? Promise.reject(new Error('away')) : hung.promise
        },
        () => undefined,
      )
      const { logger } = keptLog()
      // Whoever waits for a next try waits until the test has seen what it wants.
      const { promise: released, resolve: release } = Promise.withResolvers<void>()
      const processing = processEvents({ connection, projections, logger, wait: () => released })
      onTestFinished(() => processing.close())
      const publisher = new ConfirmingPublisher(() => connection)
      const event = (tenantId: string, position: number) => ({
        exchange: 'events',
        routingKey: 'x',
        id: `${tenantId}/${position}`,
        type: 't',
        contentType: 'application/json',
        body: JSON.stringify({ specversion: '1.0', data: { tenantId, position } }),
      })
      await publisher.publish(Array.from({ length: 250 }, (_, index) => event(bad, index + 1)))
      await expect.poll(() => tries, within).toContain(bad)
      await publisher.publish([event(good, 1)])
      await expect.poll(() => tries, within).toContain(good)
      // One that stands for all of them is still here: nothing is lost if this process dies now.
      await expect.poll(() => waitingIn(connection, EVENT_PROCESSING.name), within).toBe(0)
      expect(await waitingIn(connection, DEAD_LETTER_QUEUE)).toBe(0)
      release()
      hung.resolve(1)
      if (how === 'fails')
        await expect.poll(() => waitingIn(connection, DEAD_LETTER_QUEUE), within).toBeGreaterThanOrEqual(1)
      else await expect.poll(() => tries.filter((tenantId) => tenantId === bad), within).toHaveLength(2)
    },
  )

  it('are projected by a process that lives, when the one that had them has died', async () => {
    const tenantId = newId.tenant()
    const { promise: never } = Promise.withResolvers<number>()
    const dying = observer(broker.url)
    const { logger } = keptLog()
    const held: string[] = []
    const stuck = new TenantWorkers(
      (id) => {
        held.push(id)
        return never
      },
      () => undefined,
    )
    processEvents({ connection: dying, projections: stuck, logger })
    const { storage, rabbitMq, projected, connected, wake } = replica()
    const publisher = new ConfirmingPublisher(() => connection)
    const body = JSON.stringify({ specversion: '1.0', data: { tenantId, position: 1 } })
    await publisher.publish([
      { exchange: 'events', routingKey: 'x', id: 'held', type: 't', contentType: 'application/json', body },
    ])
    await expect.poll(() => held, within).toEqual([tenantId])
    rabbitMq.start()
    await connected()
    dying.unsafeDestroy()
    await expect.poll(() => projected, within).toContain(tenantId)
    await wake(tenantId, storage.append(tenantId))
  })
})
