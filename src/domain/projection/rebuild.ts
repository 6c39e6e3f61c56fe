import type { EventEnvelope } from '#common/envelope.ts'
import { GENESIS_HASH } from '#common/envelope.ts'
import type { DirectoryFollower } from '../directory/directory-follower.ts'
import { subjectKeysOf, subjectsOf } from '../events/subject-keys.ts'
import { verifyChain } from '../events/verify-chain.ts'
import type { EventStore, LogPage } from '../ports/event-store.ts'
import { positionOfView, type ProjectionStore, type ShadowStore } from '../ports/projection-store.ts'
import type { TenantWriter } from '../ports/tenant-writer.ts'
import { foldPage, selectorsOf, skipsIn, type FoldFailure } from './fold-page.ts'
import { openPage, type PageOpener } from './open-page.ts'
import { PAGE_SIZE } from './projector.ts'
import { RebuildUnderWay, ShadowRows, SkippedMeanwhile } from './shadow-rows.ts'
import { VIEW_NAMES, type ViewName } from './views.ts'

export interface RebuildOptions extends PageOpener {
  /** Where events come from: the tenant's log, or an event store alone. */
  readonly source: EventStore
  readonly store: Pick<ProjectionStore, 'state' | 'skipped' | 'load'>
  readonly shadow: ShadowStore
  readonly writer: Pick<TenantWriter, 'subjectKeys' | 'log'>
  /** Told which names came and went with events that the live views have not followed: no projector comes to those again. */
  readonly names?: DirectoryFollower
  /** Leaves personal fields empty whose keys the writer does not have; without it, such a tenant is not rebuilt. */
  readonly withoutKeys?: boolean
  /** Milliseconds since any moment. */
  readonly now?: () => number
}

export type Rebuilt =
  /** `changed`: views whose rows were not what the log says, and have been replaced. */
  | { readonly kind: 'rebuilt'; readonly position: number; readonly changed: readonly ViewName[] }
  /** The source holds no event of the tenant. */
  | { readonly kind: 'nothing' }
  /** An event cannot be folded. The live rows have been left as they are. */
  | { readonly kind: 'failed'; readonly failure: FoldFailure }
  /** The source does not hold the log as it was written, from this position on. The live rows have been left as they are. */
  | { readonly kind: 'broken'; readonly position: number }
  /** The writer knows no log of the tenant, and so has none of its keys. The live rows have been left as they are. */
  | { readonly kind: 'elsewhere' }
  /** The writer lacks the keys of so many people. The live rows have been left as they are. */
  | { readonly kind: 'keyless'; readonly subjects: number }
  /** Another rebuild of the tenant is under way. */
  | { readonly kind: 'busy' }

/**
 * Folds views of a tenant anew beside the live ones, page by page, and swaps them in when they have come as far. Readers and
 * the projector notice nothing. Interrupted, it goes on where it was. Every event is checked against the chain of hashes, so
 * that a source may be trusted no more than it deserves. Of a tenant whose checkpoint is lost, all views are folded, as far as
 * the source goes, and the directory is told all of its names: nobody knows what it has been told.
 *
 * A page without a key is never written to the shadow unless that is asked for: to readers, whose key is missing has been erased,
 * and a database that is not the tenant's own, or that has come back without its keys, would erase everybody.
 * @param onEvents called with the number of events folded since the last call
 */
export async function rebuild(
  tenantId: string,
  views: readonly ViewName[],
  options: RebuildOptions,
  onEvents: (count: number) => void = () => undefined,
): Promise<Rebuilt> {
  for (;;) {
    try {
      return await foldAnew(tenantId, views, options, onEvents)
    } catch (fault) {
      if (fault instanceof RebuildUnderWay) return { kind: 'busy' }
      // Begins anew.
      if (!(fault instanceof SkippedMeanwhile)) throw fault
    }
  }
}

async function foldAnew(
  tenantId: string,
  wanted: readonly ViewName[],
  { source, store, shadow, names, withoutKeys = false, now, ...opener }: RebuildOptions,
  onEvents: (count: number) => void,
): Promise<Rebuilt> {
  const { writer } = opener
  // A source that is the writer's own log has said already what there is.
  if (!withoutKeys && !source.sharesTenantLog && (await writer.log(tenantId, 0, 1)).head.position === 0)
    return { kind: 'elsewhere' }
  const state = await store.state(tenantId)
  const seen = state.position
  const views = seen === 0 ? VIEW_NAMES : wanted
  // As far as readers have seen already; where they have seen nothing, the source says at its end how far.
  let target = seen === 0 ? Infinity : seen
  const skipped = await store.skipped(tenantId)
  const skips = skipsIn(skipped)
  const unfollowedAt = (position: number) => views.filter((view) => positionOfView(state, view) < position)
  let at = await shadow.open(tenantId, views, { withoutKeys, skipped })
  const working = new ShadowRows(tenantId, shadow, at, now)
  let previous = at === 0 ? undefined : (await source.readTenant(tenantId, at - 1, 1)).events[0]
  if (at > 0 && previous?.position !== at) return { kind: 'broken', position: at }
  const read = (after: number) => source.readTenant(tenantId, after, Math.min(PAGE_SIZE, Math.max(1, target - after)))
  let coming: ReturnType<typeof read> | undefined
  for (;;) {
    if (at >= target) {
      await working.flush()
      const swapped = await shadow.swap(tenantId)
      if (swapped) {
        const changed = views.filter((view) => swapped[view] === true)
        return { kind: 'rebuilt', position: at, changed }
      }
      target = (await store.state(tenantId)).position
    }
    const log = await (coming ?? read(at))
    const { events, head } = log
    const broken = verifyChain(events, opener.cryptography, linkOf(previous))
    if (broken !== undefined) return { kind: 'broken', position: broken }
    const last = events.at(-1)
    const end = last?.position ?? at
    if (target === Infinity && head <= end) target = end
    if (!last) {
      if (end === 0 && target === 0) return { kind: 'nothing' }
      if (end >= target) continue
      return { kind: 'broken', position: at + 1 }
    }
    // The next page is read while this one is folded and written.
    coming = last.position < target ? read(last.position) : undefined
    coming?.catch(() => undefined)
    const subjectKeys = await subjectKeysOf(writer, tenantId, log)
    if (!withoutKeys && keyless(events, subjectKeys).length > 0)
      return { kind: 'keyless', subjects: await countKeyless(tenantId, at, source, writer) }
    const page = await openPage(tenantId, { events, subjectKeys }, opener)
    const before = await working.load(selectorsOf(page, { views }))
    const folded = foldPage(before, page, { views, skips })
    const [failure] = folded.failures
    if (failure) return { kind: 'failed', failure }
    const unfollowed = unfollowedAt(last.position)
    if (names && unfollowed.length > 0) {
      // With what came before on the page: a name that was given there may have gone since. Of pages that a view has followed
      // nothing is told again: who is interrupted, or cannot go on, does not come to what has gone since.
      const changes = names.changesOf({ ...folded, before, page }, unfollowed)
      await names.tell(last, changes)
    }
    await working.put(last.position, folded.rows)
    onEvents(events.length)
    at = last.position
    previous = last
  }
}

const linkOf = (event: EventEnvelope | undefined) =>
  event ? { position: event.position, hash: event.hash } : { position: 0, hash: GENESIS_HASH }

/** Those whose personal fields are in these events, and whose keys are missing. */
const keyless = (events: LogPage['events'], keys: Readonly<Record<string, string>>) =>
  subjectsOf(events).filter((id) => keys[id] === undefined)

/** How many people's keys are missing for the events after a position. */
async function countKeyless(
  tenantId: string,
  after: number,
  source: EventStore,
  writer: Pick<TenantWriter, 'subjectKeys'>,
): Promise<number> {
  const found = new Set<string>()
  for (let at = after; ;) {
    const page = await source.readTenant(tenantId, at, PAGE_SIZE)
    if (page.events.length === 0) return found.size
    for (const id of keyless(page.events, await subjectKeysOf(writer, tenantId, page))) found.add(id)
    at += page.events.length
  }
}
