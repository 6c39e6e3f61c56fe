import { serve } from '@hono/node-server'
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createApp } from '#api/app.ts'
import { newId } from '#domain/new-id.ts'
import { PostgresOutbox } from '#infrastructure/postgres/postgres-outbox.ts'
import { PostgresTenantWriter } from '#infrastructure/postgres/postgres-tenant-writer.ts'
import { parseConfiguration } from '#infrastructure/shared/configuration.ts'
import { EdgeOperations, EdgeRefused, EdgeUnavailable } from '#infrastructure/shared/edge-operations.ts'
import { freePort } from '../../tools/free-port.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { openPipeline, openServices, type Pipeline } from '../../src/container.ts'
import { operatorOutboxContract, outboxContract, type OutboxUnderTest } from '../contract/outbox.contract.ts'
import { bySystem, createTenant } from '../support/commands.ts'
import { followLog } from '../support/follow-log.ts'
import { writerTools } from '../support/writer-tools.ts'

const TOKEN = 'what-an-operator-shows-in-this-test'
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const database = testDatabase()

let pipeline: Pipeline
let writer: PostgresTenantWriter
let url: string
let stop: () => Promise<void>

beforeAll(async () => {
  const parsed = parseConfiguration({
    DATABASE_URL: database.url,
    ACCI_MASTER_KEY: 'A'.repeat(43),
    ACCI_OPERATOR_TOKEN: TOKEN,
  })
  if (!parsed.ok) throw new Error(parsed.faults.join())
  pipeline = await openPipeline(parsed.configuration, quiet)
  await pipeline.migrate()
  // It wakes nobody: what waits is what a test has left waiting.
  writer = new PostgresTenantWriter({
    session: pipeline.session,
    tools: writerTools(Date.now),
    mailer: { send: async () => undefined },
    bus: () => ({ publish: async () => undefined }),
    commands: { enqueue: async () => undefined },
    logger: quiet,
  })
  const services = await openServices(parsed.configuration, pipeline, quiet)
  const app = createApp({
    servicesOf: () => Promise.resolve(services),
    addressOf: () => '127.0.0.1',
  })
  await new Promise<void>((resolve) => {
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
      url = `http://127.0.0.1:${port}`
      resolve()
    })
    stop = () => new Promise((ended) => void server.close(() => ended()))
  })
})
afterAll(async () => {
  await stop()
  await pipeline.stop()
})

/** The container's logs, seen through an outbox. */
const under = <Kind>(outbox: Kind) => ({
  outbox,
  writer: {
    execute: writer.execute,
    log: writer.log,
    async confirmProjected(tenantId: string, position: number) {
      await followLog(pipeline.session, tenantId, position)
      await writer.confirmProjected(tenantId, position)
    },
  },
  fence: async (tenantId: string, { reason, position }: Parameters<OutboxUnderTest['fence']>[1]) => {
    const text = 'update tenant_log.tenant set fence_reason = $2, fence_position = $3 where tenant_id = $1'
    await pipeline.session.transaction('owner', [{ text, params: [tenantId, reason, position] }])
  },
})

describe('PostgreSQL', () => {
  outboxContract(() => under(new PostgresOutbox(pipeline.session)))
  operatorOutboxContract(() => under(new PostgresOutbox(pipeline.session)))
})

describe('a server’s operator endpoints, as the command line uses them', () => {
  const open = (token = TOKEN, at = url) => new EdgeOperations({ url: at, token })
  outboxContract(() => under(open()))
  operatorOutboxContract(() => under(open()))

  it('give the wrapped keys that open a log, and no others', async () => {
    const tenantId = newId.tenant()
    await writer.execute(tenantId, createTenant(tenantId), bySystem())
    const edge = open()
    const { events, subjectKeys = {} } = await edge.log(tenantId, 0, 100)
    const ids = [...new Set(events.flatMap(({ personal }) => personal?.keyId ?? []))]
    expect(Object.keys(subjectKeys).toSorted()).toEqual(ids.toSorted())
    expect(ids.length).toBeGreaterThan(0)
    expect(await edge.subjectKeys(tenantId, [...ids, newId.user()])).toEqual(subjectKeys)
    expect(subjectKeys).toEqual(await writer.subjectKeys(tenantId, ids))
    // More than are taken at once.
    const many = Array.from({ length: 1_001 }, () => newId.user())
    expect(await edge.subjectKeys(tenantId, [...many, ...ids])).toEqual(subjectKeys)
    expect(await edge.subjectKeys(newId.tenant(), ids)).toEqual({})
    expect(await edge.log(newId.tenant(), 0, 10)).toMatchObject({ events: [], head: { position: 0 } })
  })

  it('tell a wrong token, an address where there is nothing, and nobody there from one another', async () => {
    await expect(open('x'.repeat(32)).page('', 1)).rejects.toThrow(EdgeRefused)
    await expect(open('x'.repeat(32)).page('', 1)).rejects.toThrow(/refuses the token/)
    await expect(open(TOKEN, `${url}/elsewhere`).page('', 1)).rejects.toThrow(/serves nothing to operators/)
    const nobody = open(TOKEN, `http://127.0.0.1:${await freePort()}`)
    await expect(nobody.page('', 1)).rejects.toThrow(EdgeUnavailable)
    await expect(nobody.tenant(newId.tenant())).rejects.toThrow(/does not answer: .*ECONNREFUSED/)
  })

  it('are not taken for something else that answers, and show the token nowhere a redirect leads', async () => {
    const asked: (string | undefined)[] = []
    let [status, body, location]: [number, string, string] = [200, '{"entries":"none"}', '']
    const server = createServer((request, response) => {
      asked.push(request.url)
      response.writeHead(status, location === '' ? {} : { location }).end(body)
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const address = server.address()
    const elsewhere = open(TOKEN, `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
    await expect(elsewhere.page('', 1)).rejects.toThrow(/does not understand/)
    ;[status, body] = [502, '<html>']
    await expect(elsewhere.page('', 1)).rejects.toThrow(/answered 502/)
    ;[status, location] = [302, `${url}/operator/v1/tenants`]
    asked.length = 0
    await expect(elsewhere.page('', 1)).rejects.toThrow(EdgeUnavailable)
    expect(asked).toHaveLength(1)
  })
})
