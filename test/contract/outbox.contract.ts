import { describe, expect, it } from 'vitest'
import type { TenantId } from '#common/ids.ts'
import { newId } from '#domain/new-id.ts'
import type { Fence } from '#domain/ports/forwarding.ts'
import type { OperatorOutbox, Outbox, OutboxEntry } from '#domain/ports/outbox.ts'
import type { TenantWriter } from '#domain/ports/tenant-writer.ts'
import { bySystem, createTenant, registerUser } from '../support/commands.ts'

const FENCE: Fence = { reason: 'foreign_event', position: 2 }
const RELEASE = { forwarded: 1, reason: 'restored from the backup', by: 'ops' }

/** An outbox, and what a test needs to give it something to say. Nobody projects or forwards by himself. */
export interface OutboxUnderTest<Kind extends Outbox = Outbox> {
  readonly outbox: Kind
  readonly writer: Pick<TenantWriter, 'execute' | 'log' | 'confirmProjected'>
  /** Fences the tenant, as its forwarder would. */
  readonly fence: (tenantId: string, fence: Fence) => Promise<void>
}

async function newTenant({
  writer,
}: OutboxUnderTest): Promise<{ readonly tenantId: TenantId; readonly since: string }> {
  const tenantId = newId.tenant()
  await writer.execute(tenantId, createTenant(tenantId), bySystem())
  const { events } = await writer.log(tenantId, 0, 1)
  return { tenantId, since: events[0]?.timestamp ?? '' }
}

/** Every tenant of every page, in the order they come in. */
async function walk({ outbox }: OutboxUnderTest, limit: number): Promise<readonly OutboxEntry[]> {
  const found: OutboxEntry[] = []
  for (let after: string | undefined = ''; after !== undefined;) {
    const page = await outbox.page(after, limit)
    expect(page.unanswered).toEqual([])
    expect(page.entries.length).toBeLessThanOrEqual(limit)
    found.push(...page.entries)
    after = page.next
  }
  return found
}

/** What every adapter of `Outbox` does. */
export function outboxContract(open: () => OutboxUnderTest): void {
  describe('Outbox', () => {
    it('says where a log stands, how far it is followed, and since when what is left has waited', async () => {
      const under = open()
      const { tenantId, since } = await newTenant(under)
      const { head } = await under.writer.log(tenantId, 0, 1)
      const { position, hash } = head
      const entry = { tenantId, position, hash, projected: 0, forwarded: 0, waitingSince: since }
      expect(await under.outbox.tenant(tenantId)).toEqual(entry)
      await under.writer.confirmProjected(tenantId, position)
      const { waitingSince: _since, ...followed } = entry
      expect(await under.outbox.tenant(tenantId, 'projected')).toEqual({ ...followed, projected: position })
      expect(await under.outbox.tenant(tenantId, 'forwarded')).toEqual({ ...entry, projected: position })
    })

    it('knows nothing of a tenant that has no log', async () => {
      const under = open()
      expect(await under.outbox.tenant(newId.tenant())).toBeUndefined()
      expect(await under.outbox.releases(newId.tenant())).toEqual([])
    })

    it('gives every tenant that has a log once, page by page, in the order of their ids', async () => {
      const under = open()
      const made: string[] = []
      for (let count = 0; count < 5; count++) made.push((await newTenant(under)).tenantId)
      await expect
        .poll(async () => (await walk(under, 2)).map(({ tenantId }) => tenantId))
        .toEqual(expect.arrayContaining(made))
      const ids = (await walk(under, 2)).map(({ tenantId }) => tenantId)
      expect(ids).toEqual([...new Set(ids)].toSorted())
      expect((await walk(under, 100)).map(({ tenantId }) => tenantId)).toEqual(ids)
    })

    it('lifts the fence that is named, once, and remembers who did it and why', async () => {
      const under = open()
      const { tenantId } = await newTenant(under)
      expect(await under.outbox.release(tenantId, FENCE, RELEASE)).toBe(false)
      await under.fence(tenantId, FENCE)
      expect(await under.outbox.tenant(tenantId)).toMatchObject({ fence: FENCE })
      for (const other of [
        { ...FENCE, position: 3 },
        { ...FENCE, reason: 'stream_deleted' as const },
      ])
        expect(await under.outbox.release(tenantId, other, RELEASE)).toBe(false)
      // No store holds more of a log than there is.
      expect(await under.outbox.release(tenantId, FENCE, { ...RELEASE, forwarded: 99 })).toBe(false)
      expect(await under.outbox.tenant(tenantId)).toMatchObject({ fence: FENCE })
      expect(await under.outbox.releases(tenantId)).toEqual([])

      expect(await under.outbox.release(tenantId, FENCE, RELEASE)).toBe(true)
      const entry = await under.outbox.tenant(tenantId)
      expect(entry?.fence).toBeUndefined()
      expect(entry?.forwarded).toBe(1)
      expect(await under.outbox.release(tenantId, FENCE, RELEASE)).toBe(false)
      const liftedAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/)
      expect(await under.outbox.releases(tenantId)).toEqual([{ fence: FENCE, ...RELEASE, liftedAt }])
    })

    it('tells of several fences that were lifted, the latest first', async () => {
      const under = open()
      const { tenantId } = await newTenant(under)
      for (const by of ['ann', 'bob']) {
        await under.fence(tenantId, FENCE)
        await under.outbox.release(tenantId, FENCE, { ...RELEASE, by })
      }
      expect((await under.outbox.releases(tenantId)).map(({ by }) => by)).toEqual(['bob', 'ann'])
    })
  })
}

/** What every adapter of `OperatorOutbox` does besides. */
export function operatorOutboxContract(open: () => OutboxUnderTest<OperatorOutbox>): void {
  describe('OperatorOutbox', () => {
    it('sums up what waits, and names those first that have waited longest', async () => {
      const under = open()
      const before = (await under.outbox.status('projected', 0)).totals
      const [lesser, greater] = [await newTenant(under), await newTenant(under)]
      for (let user = 1; user <= 30; user++)
        await under.writer.execute(
          greater.tenantId,
          registerUser(greater.tenantId, `user${user}@orchard.example`),
          bySystem(),
        )
      await under.fence(lesser.tenantId, FENCE)
      await expect.poll(async () => (await under.outbox.status('projected', 0)).totals.tenants).toBe(before.tenants + 2)
      const { totals, lagging, unanswered } = await under.outbox.status('projected', 1_000)
      expect(unanswered).toEqual([])
      expect(totals.events - before.events).toBe(3 + 63)
      expect(totals.toProject - before.toProject).toBe(3 + 63)
      expect(totals.toForward - before.toForward).toBe(3 + 63)
      expect(totals.fenced - before.fenced).toBe(1)
      const ids = lagging.map(({ tenantId }) => tenantId)
      expect(ids.indexOf(lesser.tenantId)).toBeGreaterThanOrEqual(0)
      expect(ids.indexOf(lesser.tenantId)).toBeLessThan(ids.indexOf(greater.tenantId))
      expect(lagging.find(({ tenantId }) => tenantId === lesser.tenantId)).toMatchObject({
        waitingSince: lesser.since,
        fence: FENCE,
      })
      const [most, ...more] = (await under.outbox.status('projected', 1)).lagging
      expect(most).toEqual(lagging[0])
      expect(more).toEqual([])
    })

    it('gives events as they are stored, up to the limit and the end of the log', async () => {
      const under = open()
      const { tenantId } = await newTenant(under)
      const { events } = await under.writer.log(tenantId, 0, 100)
      expect(await under.outbox.events(tenantId, 0, 1_000_000)).toEqual(events)
      expect(await under.outbox.events(tenantId, 1, 1)).toEqual(events.slice(1, 2))
      expect(await under.outbox.events(tenantId, events.length, 10)).toEqual([])
      expect(await under.outbox.events(newId.tenant(), 0, 10)).toEqual([])
    })
  })
}
