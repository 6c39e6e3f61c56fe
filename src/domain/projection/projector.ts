import type { EventEnvelope } from '#common/envelope.ts'
import { UnavailableFault } from '#common/unavailable-fault.ts'
import { DirectoryFollower, type DirectoryFollowerOptions } from '../directory/directory-follower.ts'
import type { Cryptography } from '../ports/cryptography.ts'
import type { EventStore, LogPage } from '../ports/event-store.ts'
import type { KeyVault } from '../ports/key-vault.ts'
import type { Metrics } from '../ports/metrics.ts'
import {
  isRefused,
  type Halt,
  type ProjectionState,
  type ProjectionStore,
  type Wanted,
} from '../ports/projection-store.ts'
import type { TenantWriter } from '../ports/tenant-writer.ts'
import {
  foldPage,
  rowsOf,
  selectorsOf,
  skipsIn,
  type FoldedPage,
  type FoldFailure,
  type FoldOptions,
  type PageEvent,
} from './fold-page.ts'
import { openPage } from './open-page.ts'
import { outdatedViews, viewsAhead } from './view-versions.ts'
import { VIEW_NAMES, VIEWS, type ViewName, type ViewPage } from './views.ts'

/** Events read, folded and committed at a time. */
export const PAGE_SIZE = 1_000

/** Tenants whose checkpoint is remembered between wake-ups. */
const REMEMBERED_TENANTS = 10_000

/** Milliseconds before the second and the third try of what a view could not fold, or the store would not take. Then the view halts. */
const BACKOFF = [50, 250]

export interface ProjectorOptions extends DirectoryFollowerOptions {
  readonly eventStore: EventStore
  readonly store: ProjectionStore
  readonly writer: Pick<TenantWriter, 'subjectKeys' | 'confirmProjected'>
  readonly cryptography: Cryptography
  readonly keyVault: KeyVault
  readonly metrics?: Pick<Metrics, 'projected' | 'halted'>
  /** Waits so many milliseconds. */
  readonly wait?: (milliseconds: number) => Promise<void>
  /** Told when views of a tenant have been left standing because another version has made their rows: they are to be rebuilt. */
  readonly onOutdated?: (tenantId: string) => void
}

/** The rows are those of a later version of the product: its processes see to the tenant. */
export class ViewsAheadFault extends UnavailableFault {
  override readonly name = 'ViewsAheadFault'
}

/** What a page of events comes to, and the rows it was folded over. */
interface Projected extends FoldedPage {
  readonly page: readonly PageEvent[]
  readonly before: ViewPage
  readonly attempts: number
}

/** The store does not take a row, and never will. */
class RefusedRow extends Error {
  override readonly name = 'RefusedRow'
}

/**
 * Follows a tenant's log into the read models. Trusts only the log and its own checkpoint: wake-ups may be lost, doubled or
 * reordered, and two projectors may race for one tenant; the guarded checkpoint lets one of them win each page. A view that
 * cannot fold an event halts there after three tries; the tenant's other views, and other tenants, go on. So does a view whose
 * rows an earlier version has made, until it is rebuilt.
 */
export class Projector {
  readonly #options: ProjectorOptions
  readonly #names: DirectoryFollower
  readonly #wait: (milliseconds: number) => Promise<void>
  /**
   * Where tenants stand whose views all follow. Somebody else may have moved the checkpoint since, also by a halt: then the
   * next page meets a conflict. Where a view stands still, somebody may have it follow again without that.
   */
  readonly #followed = new Map<string, ProjectionState>()

  constructor(options: ProjectorOptions) {
    this.#options = options
    this.#names = new DirectoryFollower(options)
    this.#wait = options.wait ?? ((milliseconds) => new Promise((resolve) => void setTimeout(resolve, milliseconds)))
  }

  /**
   * Brings the tenant's views up to the end of its log, those aside that have halted. Returns how far they have come.
   * @param confirm tells the writer; default: its `confirmProjected`
   * @throws {ViewsAheadFault} when there is something to project, and a later version of the product has made the rows
   */
  async project(
    tenantId: string,
    confirm = (position: number) => this.#options.writer.confirmProjected(tenantId, position),
  ): Promise<ProjectionState> {
    const { store, eventStore, metrics, onOutdated } = this.#options
    const remembered = this.#followed.get(tenantId)
    let state = remembered ?? (await store.state(tenantId))
    let size = PAGE_SIZE
    for (;;) {
      const read = await eventStore.readTenant(tenantId, state.position, size)
      const { events, head } = read
      const [first, last] = [events[0], events.at(-1)]
      if (!first || !last) {
        if (state !== remembered) break
        // No commit will prove it: a database that crashed may have lost its last ones.
        state = await store.state(tenantId)
        if (state.position >= remembered.position) break
        continue
      }
      const start = performance.now()
      const aside = leftStanding(state, first)
      const views = VIEW_NAMES.filter((name) => ![...state.halted, ...aside].some(({ view }) => view === name))
      const from = state
      const load = (wanted: Wanted) => store.loadAt(tenantId, from, wanted)
      const projected = await this.#fold(tenantId, read, load, { views })
      if (!projected) {
        this.#followed.delete(tenantId)
        state = await store.state(tenantId)
        continue
      }
      const names = this.#names.changesOf(projected, views)
      // Before the checkpoint moves: what the directory has not learned is then told again.
      await this.#names.tell(last, names)
      const written = await this.#write(tenantId, state, projected, aside)
      if (written === 'refused') {
        // Which of the events it is, a shorter page will tell.
        size = Math.ceil(events.length / 2)
        continue
      }
      if (written === 'conflict') {
        this.#followed.delete(tenantId)
        state = await store.state(tenantId)
        continue
      }
      size = Math.min(PAGE_SIZE, 2 * size)
      this.#report(tenantId, written)
      if (aside.length > 0) onOutdated?.(tenantId)
      metrics?.projected(events.length, (performance.now() - start) / 1_000)
      state = { ...state, position: last.position, halted: [...state.halted, ...written] }
      if (state.position >= head) break
    }
    this.#remember(tenantId, state)
    if (state.position > 0) await confirm(state.position)
    return state
  }

  /**
   * Tries a halted view again: folds what it has missed, until it is where the tenant's other views are, or halts anew.
   * Returns where it stands then; undefined when it follows again (or had never halted). One whose rows another version has
   * made stays where it is: it takes a rebuild.
   */
  async retry(tenantId: string, view: ViewName): Promise<Halt | undefined> {
    const { store, eventStore } = this.#options
    const standing = async () => (await store.halts(tenantId)).find((one) => one.view === view)
    let size = PAGE_SIZE
    for (;;) {
      // In this order: a view stands nowhere beyond the checkpoint.
      const halt = await standing()
      const { position, versions } = await store.state(tenantId)
      if (!halt || versions[view] !== VIEWS[view].version) return halt
      const skipped = await store.skipped(tenantId)
      const skips = skipsIn(skipped)
      const from = halt.position - 1
      // Unless a crash has set the checkpoint back in between.
      if (position <= from) continue
      const leftOut = skips(view, halt.position)
      const read = await eventStore.readTenant(tenantId, from, Math.min(size, position - from))
      const last = read.events.at(-1)
      if (!last) throw new Error('the log does not give back what has been projected')
      // As long as the view stands there, nobody has changed its rows.
      const load = async (wanted: Wanted) => {
        const rows = await store.load(tenantId, wanted)
        return (await standing())?.position === halt.position ? rows : undefined
      }
      const projected = await this.#fold(tenantId, read, load, { views: [view], skips })
      if (!projected) continue
      const names = this.#names.changesOf(projected, [view])
      await this.#names.tell(last, names)
      const [failure] = projected.failures
      const again = failure && haltOf(failure, halt.attempts + projected.attempts)
      const to = again ? again.position - 1 : last.position
      const result = await store.catchUp(tenantId, { view, from, to, leftOut }, projected.rows, again)
      if (isRefused(result)) {
        size = Math.ceil(read.events.length / 2)
        if (read.events.length > 1) continue
        const refused = haltOf({ view, envelope: last, fault: new RefusedRow(result.refused) }, halt.attempts + 1)
        const none = rowsOf(projected.rows, () => false)
        const stays = { view, from, to: from, leftOut }
        if ((await store.catchUp(tenantId, stays, none, refused)) === 'committed') return refused
        continue
      }
      if (result === 'conflict') continue
      size = Math.min(PAGE_SIZE, 2 * size)
      if (result === 'done') return undefined
      if (again) return again
    }
  }

  /**
   * Folds a page, up to three times if a view fails: what it failed at may have been a passing fault. Undefined when there are
   * no rows to fold it over.
   */
  async #fold(
    tenantId: string,
    read: LogPage,
    load: (wanted: Wanted) => Promise<ViewPage | undefined>,
    options: FoldOptions,
  ): Promise<Projected | undefined> {
    const { eventStore } = this.#options
    let readAgain = read
    for (let attempts = 1; ; attempts++) {
      const page = await openPage(tenantId, readAgain, this.#options)
      const before = await load(selectorsOf(page, options))
      if (!before) return undefined
      const folded = foldPage(before, page, options)
      const pause = BACKOFF[attempts - 1]
      if (folded.failures.length === 0 || pause === undefined) return { ...folded, page, before, attempts }
      await this.#wait(pause)
      const { length } = read.events
      const again = await eventStore.readTenant(tenantId, (read.events[0]?.position ?? 1) - 1, length)
      // A shorter page would leave its end to nobody.
      if (again.events.length === length) readAgain = again
    }
  }

  /**
   * Writes what a page comes to, and returns the views that halt with it. A single event that the store refuses a row of halts
   * the view whose row it is; which of several events it is, nobody knows.
   */
  async #write(
    tenantId: string,
    from: ProjectionState,
    { page, rows, failures, attempts }: Projected,
    aside: readonly Halt[],
  ): Promise<readonly Halt[] | 'conflict' | 'refused'> {
    const halts = [...aside, ...failures.map((failure) => haltOf(failure, attempts))]
    const envelope = page.at(-1)?.envelope
    if (!envelope) throw new Error('there is no page without events')
    const commit = (views: ViewPage, halted: readonly Halt[]) =>
      this.#options.store.commit(tenantId, from, envelope.position, views, halted)
    let result = await commit(rows, halts)
    if (isRefused(result) && page.length > 1) return 'refused'
    for (const pause of BACKOFF) {
      if (!isRefused(result)) break
      await this.#wait(pause)
      result = await commit(rows, halts)
    }
    if (!isRefused(result)) return result === 'conflict' ? result : halts
    const fault = new RefusedRow(result.refused)
    const written = VIEW_NAMES.filter((name) => rows[name].length > 0)
    for (const guilty of [...written.map((name) => [name]), written]) {
      const more = guilty.map((view) => haltOf({ view, envelope, fault }, 1 + BACKOFF.length))
      const taken = await commit(
        rowsOf(rows, (name) => !guilty.includes(name)),
        [...halts, ...more],
      )
      if (!isRefused(taken)) return taken === 'conflict' ? taken : [...halts, ...more]
    }
    throw fault
  }

  #remember(tenantId: string, state: ProjectionState): void {
    this.#followed.delete(tenantId)
    if (state.halted.length > 0) return
    if (this.#followed.size >= REMEMBERED_TENANTS) {
      const oldest = this.#followed.keys().next()
      if (!oldest.done) this.#followed.delete(oldest.value)
    }
    this.#followed.set(tenantId, state)
  }

  #report(tenantId: string, halts: readonly Halt[]): void {
    // Who has not tried waits for a rebuild.
    for (const halt of halts.filter(({ attempts }) => attempts > 0)) {
      this.#options.metrics?.halted(halt.view)
      this.#options.logger.error('a view stands still at an event it cannot fold: retry it, or skip the event', {
        tenantId,
        ...halt,
      })
    }
  }
}

const haltOf = ({ view, envelope, fault }: FoldFailure, attempts: number): Halt => ({
  ...standingAt(view, envelope),
  // The kind of fault, and what the product itself says of it: never values of the event.
  error: fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault),
  attempts,
})

const standingAt = (view: ViewName, { position, eventId, type: eventType }: EventEnvelope) => ({
  view,
  position,
  eventId,
  eventType,
})

/** Views that must not be folded any further, because an earlier version has made their rows. */
function leftStanding({ versions, halted }: ProjectionState, next: EventEnvelope): readonly Halt[] {
  const [ahead] = viewsAhead(versions)
  if (ahead)
    throw new ViewsAheadFault(
      `version ${versions[ahead]} of ${ahead} is ahead of ${VIEWS[ahead].version}, which this process makes`,
    )
  return outdatedViews(versions)
    .filter((name) => !halted.some(({ view }) => view === name))
    .map((name) => ({
      ...standingAt(name, next),
      error: `rows of version ${versions[name] ?? 0} wait to be rebuilt as version ${VIEWS[name].version}`,
      attempts: 0,
    }))
}
