import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { runOperation } from '#api/operations/run-operation.ts'
import { seal } from '#api/operations/sealed-request.ts'
import { newId } from '#domain/new-id.ts'
import { dueTime } from '#domain/writer/due-tasks.ts'
import { GIVEN_UP_AFTER, isFinal, MAX_RUNS } from '#domain/writer/operations.ts'
import { createCommandQueue } from '#infrastructure/workerd/command-queue.ts'
import { consumeBatch } from '#infrastructure/workerd/consume-batch.ts'
import { createDurableTenantWriter } from '#infrastructure/workerd/durable-tenant-writer.ts'
import { SqliteTenantStorage } from '#infrastructure/workerd/sqlite-tenant-storage.ts'
import { writerParts } from '../../src/worker-services.ts'
import worker from '#worker.ts'
import { keptLines } from '../support/kept-lines.ts'

const MINUTE = 60_000
const writer = createDurableTenantWriter(env.TENANT, () => undefined)

/** When work of an object falls due next, in milliseconds since the epoch. */
const dueAt = (object: DurableObjectStub): Promise<number | undefined> =>
  runInDurableObject(object, async (_object, { storage }) => {
    const [first] = (await new SqliteTenantStorage(storage).scanRows('due/', 'due0', 1)).rows
    return first && dueTime(first.ref)
  })

/** A deferred command whose request the API answers as it stands at that time. */
async function deferred() {
  const tenantId = newId.tenant()
  const operationId = newId.operation()
  const userId = newId.user()
  const { keyVault } = (await writerParts(env)).tools
  const object = env.TENANT.getByName(tenantId)
  const api = { away: true, asked: 0 }
  const consumer = vi.spyOn(worker, 'queue').mockImplementation((batch) =>
    consumeBatch(
      batch,
      async () => ({
        project: () => Promise.resolve(),
        run: (operation) =>
          runOperation(
            { writer, keyVault, publicUrl: 'https://acci.test' },
            () => {
              api.asked++
              return api.away ? new Response('{}', { status: 503 }) : Response.json({ done: true }, { status: 201 })
            },
            operation,
          ),
      }),
      keptLines().logger,
    ),
  )
  onTestFinished(() => consumer.mockRestore())
  vi.useFakeTimers({ toFake: ['Date'] })
  const began = Date.now()
  const request = {
    method: 'POST',
    path: `/api/v1/tenants/${tenantId}/users`,
    headers: { 'content-type': 'application/json' },
    body: '{}',
    principal: { tenantId, userId, sessionId: newId.session() },
    clientAddress: '127.0.0.1',
  }
  await writer.submitOperation(tenantId, operationId, { userId, request: seal(keyVault, operationId, request) })
  const operation = async () => {
    const row = await writer.operation(tenantId, operationId)
    if (!row) throw new Error('the operation is gone')
    return row
  }
  return {
    api,
    operation,
    enqueue: () => createCommandQueue(env.COMMANDS).enqueue({ tenantId, operationId }),
    /** Resolves once so many runs have come to their end. */
    ran: (runs: number) =>
      expect
        .poll(
          async () => {
            const row = await operation()
            return { runs: row.runs, free: isFinal(row) || row.claimedUntil === 0 }
          },
          { timeout: 10_000 },
        )
        .toEqual({ runs, free: true }),
    /** Time goes on, from alarm to alarm of the object, until its next due work is done. False when none is due any more. */
    async nextDue() {
      const due = await dueAt(object)
      if (due === undefined) return false
      while (Date.now() < due) {
        const alarm = await runInDurableObject(object, (_object, { storage }) => storage.getAlarm())
        expect(alarm).not.toBeNull()
        vi.setSystemTime(Math.max(alarm ?? 0, Date.now()))
        await runDurableObjectAlarm(object)
      }
      return true
    },
    elapsed: () => Date.now() - began,
  }
}

describe('a deferred command at the edge', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('outlives a dependency that is away for two hours: it is sent over the queue again, later and later', async () => {
    const { api, operation, enqueue, ran, nextDue, elapsed } = await deferred()
    await enqueue()
    await ran(1)
    const times: number[] = []
    for (let runs = 2; runs < MAX_RUNS; runs++) {
      expect(await nextDue()).toBe(true)
      await ran(runs)
      times.push(elapsed())
      expect(await operation()).toMatchObject({ status: 'running' })
    }
    expect(times.at(-1)).toBeGreaterThan(60 * MINUTE)
    api.away = false
    expect(await nextDue()).toBe(true)
    await ran(MAX_RUNS)
    expect(elapsed()).toBeGreaterThan(120 * MINUTE)
    expect(await operation()).toMatchObject({ status: 'succeeded', answer: expect.any(String) })
    expect(api.asked).toBe(MAX_RUNS)
    // One more message of it, however late, changes nothing.
    const ended = await operation()
    await enqueue()
    while (await nextDue()) expect(await operation()).toEqual(ended)
    expect(api.asked).toBe(MAX_RUNS)
  })

  it('ends as given up when the dependency stays away, and is asked for no more', async () => {
    const { api, operation, enqueue, ran, nextDue } = await deferred()
    await enqueue()
    await ran(1)
    for (let runs = 2; runs <= MAX_RUNS; runs++) {
      expect(await nextDue()).toBe(true)
      await ran(runs)
    }
    const ended = await operation()
    expect(ended).toMatchObject({ status: 'failed', runs: MAX_RUNS })
    expect(ended).not.toHaveProperty('answer')
    api.away = false
    while (await nextDue()) expect(await operation()).toEqual(ended)
    expect(api.asked).toBe(MAX_RUNS)
  })

  it('comes to an end as well when it was begun and nothing of the queue arrives any more', async () => {
    const { operation, enqueue, ran, nextDue, elapsed } = await deferred()
    await enqueue()
    await ran(1)
    vi.spyOn(worker, 'queue').mockImplementation(async (batch) => batch.ackAll())
    while (await nextDue()) expect(await operation()).toMatchObject({ status: 'running' })
    expect(elapsed()).toBeLessThan(GIVEN_UP_AFTER)
    vi.setSystemTime(Date.now() + GIVEN_UP_AFTER)
    expect(await operation()).toMatchObject({ status: 'failed', runs: 1 })
  })
})
