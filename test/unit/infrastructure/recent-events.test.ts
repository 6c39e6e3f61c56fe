import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openPage } from '#domain/projection/open-page.ts'
import type { CommitBatch } from '#domain/ports/tenant-storage.ts'
import { RecentEvents } from '#infrastructure/shared/recent-events.ts'
import { history } from '../../support/random-commands.ts'
import { TENANT } from '../../support/subjects.ts'
import { testTools } from '../../support/tools.ts'
import { rename, foundedTenant, WriterUnderTest } from '../../support/writer-under-test.ts'

/** A founded tenant's commits, as a process would have made them. */
async function commitsOf(...names: readonly string[]): Promise<readonly CommitBatch[]> {
  const writer = await foundedTenant()
  const before = writer.storage.commits.length
  await writer.given(...names.map((name) => rename(1, name)))
  return writer.storage.commits.slice(before)
}

/** What JSON carries of a value. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const positionsOf = (page: ReturnType<RecentEvents['read']>) => page?.events.map(({ position }) => position)

describe('RecentEvents', () => {
  it('gives what the log gives, opened, whatever has happened', async () => {
    await fc.assert(
      fc.asyncProperty(history(6), async (batches) => {
        const tools = testTools()
        const writer = new WriterUnderTest(undefined, tools)
        for (const steps of batches) {
          for (const step of steps) if ('advance' in step) tools.virtual.advance(step.advance)
          await writer.all(steps.flatMap((step) => ('command' in step ? [step.command] : [])))
        }
        const recent = new RecentEvents(() => 0)
        for (const batch of writer.storage.commits) recent.add(TENANT, batch)
        const log = await writer.storage.readEvents(0, 1_000)
        const atHand = recent.read(TENANT, 0, 1_000)
        expect(asJson(atHand?.events)).toEqual(log.events)
        expect(atHand?.head).toBe(log.head.position)
        const opener = { writer: { subjectKeys: (_: string, ids: readonly string[]) => writer.core.subjectKeys(ids) } }
        const opened = await openPage(TENANT, log, { ...opener, ...tools })
        const none = { writer: { subjectKeys: () => Promise.reject(new Error('nobody is to be asked for keys')) } }
        const without = await openPage(TENANT, atHand ?? { events: [] }, { ...none, ...tools })
        expect(asJson(without)).toEqual(opened)
      }),
      { numRuns: 50 },
    )
  })

  it('gives pages from where it is asked, and nothing where nothing may be', async () => {
    const recent = new RecentEvents(() => 0)
    const commits = await commitsOf('Ada I', 'Ada II', 'Ada III')
    const before = commits[0]?.expected.position ?? 0
    for (const batch of commits) recent.add(TENANT, batch)
    expect(positionsOf(recent.read(TENANT, before, 2))).toEqual([before + 1, before + 2])
    expect(positionsOf(recent.read(TENANT, before + 2, 2))).toEqual([before + 3])
    expect(recent.read(TENANT, before, 1)?.head).toBe(before + 3)
    expect(recent.read(TENANT, before - 1, 2)).toBeUndefined()
    expect(recent.read(TENANT, before + 3, 2)).toBeUndefined()
    expect(recent.read('ten_other', before, 2)).toBeUndefined()
  })

  it('begins anew behind what another replica has committed in between', async () => {
    const recent = new RecentEvents(() => 0)
    const [first, theirs, last] = await commitsOf('Ada I', 'Ada II', 'Ada III')
    if (!first || !theirs || !last) throw new Error('there are three commits')
    recent.add(TENANT, first)
    recent.add(TENANT, last)
    expect(recent.read(TENANT, first.expected.position, 10)).toBeUndefined()
    expect(positionsOf(recent.read(TENANT, last.expected.position, 10))).toEqual([last.head.position])
  })

  it('takes no commit without events for one', async () => {
    const recent = new RecentEvents(() => 0)
    const [first] = await commitsOf('Ada I')
    if (!first) throw new Error('there is a commit')
    recent.add(TENANT, { ...first, events: [] })
    expect(recent.read(TENANT, first.expected.position, 10)).toBeUndefined()
  })

  it('forgets what has been followed, and all of it after two seconds', async () => {
    let now = 0
    const recent = new RecentEvents(() => now)
    const commits = await commitsOf('Ada I', 'Ada II', 'Ada III')
    const before = commits[0]?.expected.position ?? 0
    for (const batch of commits) recent.add(TENANT, batch)
    recent.followed(TENANT, before + 1)
    expect(recent.read(TENANT, before, 10)).toBeUndefined()
    expect(positionsOf(recent.read(TENANT, before + 1, 10))).toEqual([before + 2, before + 3])
    recent.followed(TENANT, before - 1)
    now = 2_000
    expect(positionsOf(recent.read(TENANT, before + 1, 10))).toEqual([before + 2, before + 3])
    now = 2_001
    expect(recent.read(TENANT, before + 1, 10)).toBeUndefined()
  })

  it('keeps no more events than it may, and lets those go first whose tenant has been quiet the longest', async () => {
    const recent = new RecentEvents(() => 0, 2)
    const [first, second] = await commitsOf('Ada I', 'Ada II')
    if (!first || !second) throw new Error('there are two commits')
    recent.add('ten_a', first)
    recent.add('ten_b', first)
    recent.add('ten_a', second)
    expect(recent.read('ten_b', first.expected.position, 10)).toBeUndefined()
    expect(positionsOf(recent.read('ten_a', first.expected.position, 10))).toHaveLength(2)
  })
})
