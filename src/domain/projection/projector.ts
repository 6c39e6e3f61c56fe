import type { EventEnvelope } from '#common/envelope.ts'
import { LEASE } from '../directory/claim-name.ts'
import { nameChanges, namesWithout, type NameChanges } from '../directory/tenant-names.ts'
import type { Cryptography } from '../ports/cryptography.ts'
import type { Directory } from '../ports/directory.ts'
import type { EventStore, LogPage } from '../ports/event-store.ts'
import type { KeyVault } from '../ports/key-vault.ts'
import type { Logger } from '../ports/logger.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { Halt, ProjectionState, ProjectionStore, Wanted } from '../ports/projection-store.ts'
import type { TenantWriter } from '../ports/tenant-writer.ts'
import {
  foldPage,
  isReadable,
  selectorsOf,
  type FoldedPage,
  type FoldFailure,
  type FoldOptions,
  type PageEvent,
} from './fold-page.ts'
import { openPage } from './open-page.ts'
import type { Recorded } from './view.ts'
import { VIEW_NAMES, type ViewName, type ViewPage } from './views.ts'

/** Events read, folded and committed at a time. */
export const PAGE_SIZE = 1_000

/** Tenants whose checkpoint is remembered between wake-ups. */
const REMEMBERED_TENANTS = 10_000

/** Milliseconds before the second and the third try of a page that a view could not fold. Then the view halts. */
const BACKOFF = [50, 250]

export interface ProjectorOptions {
  readonly eventStore: EventStore
  readonly store: ProjectionStore
  readonly writer: Pick<TenantWriter, 'subjectKeys' | 'confirmProjected'>
  readonly directory: Pick<Directory, 'confirm' | 'release' | 'reserve'>
  readonly logger: Pick<Logger, 'error'>
  readonly cryptography: Cryptography
  readonly keyVault: KeyVault
  readonly metrics?: Pick<Metrics, 'projected' | 'halted'>
  /** Waits so many milliseconds. */
  readonly wait?: (milliseconds: number) => Promise<void>
}

/** What a page of events comes to, and the rows it was folded over. */
interface Projected extends FoldedPage {
  readonly page: readonly PageEvent[]
  readonly before: ViewPage
  readonly attempts: number
}

/**
 * Follows a tenant's log into the read models. Trusts only the log and its own checkpoint: wake-ups may be lost, doubled or
 * reordered, and two projectors may race for one tenant; the guarded checkpoint lets one of them win each page. A view that
 * cannot fold an event halts there after three tries; the tenant's other views, and other tenants, go on.
 */
export class Projector {
  readonly #options: ProjectorOptions
  readonly #wait: (milliseconds: number) => Promise<void>
  /**
   * Where tenants stand whose views all follow. Somebody else may have moved the checkpoint since, also by a halt: then the
   * next page meets a conflict. Where a view stands still, somebody may have it follow again without that.
   */
  readonly #followed = new Map<string, ProjectionState>()

  constructor(options: ProjectorOptions) {
    this.#options = options
    this.#wait = options.wait ?? ((milliseconds) => new Promise((resolve) => void setTimeout(resolve, milliseconds)))
  }

  /**
   * Brings the tenant's views up to the end of its log, those aside that have halted. Returns how far they have come.
   * @param confirm tells the writer; default: its `confirmProjected`
   */
  async project(
    tenantId: string,
    confirm = (position: number) => this.#options.writer.confirmProjected(tenantId, position),
  ): Promise<ProjectionState> {
    const { store, eventStore, keyVault } = this.#options
    const remembered = this.#followed.get(tenantId)
    let state = remembered ?? (await store.state(tenantId))
    for (;;) {
      const read = await eventStore.readTenant(tenantId, state.position, PAGE_SIZE)
      const { events, head } = read
      const last = events.at(-1)
      if (!last) {
        if (state !== remembered) break
        // No commit will prove it: a database that crashed may have lost its last ones.
        state = await store.state(tenantId)
        if (state.position >= remembered.position) break
        continue
      }
      const start = performance.now()
      const views = VIEW_NAMES.filter((name) => !state.halted.some(({ view }) => view === name))
      const from = state.position
      const load = (wanted: Wanted) => store.loadAt(tenantId, from, wanted)
      const projected = await this.#fold(tenantId, read, load, { views })
      if (!projected) {
        this.#followed.delete(tenantId)
        state = await store.state(tenantId)
        continue
      }
      const names = nameChanges(projected.before, projected.rows, followed(projected, views), keyVault)
      // Before the checkpoint moves: what the directory has not learned is then told again.
      await this.#tellDirectory(last, names)
      const halts = projected.failures.map((failure) => haltOf(failure, projected.attempts))
      const result = await store.commit(tenantId, state, last.position, projected.rows, halts)
      if (result === 'conflict') {
        this.#followed.delete(tenantId)
        state = await store.state(tenantId)
        const { position: reached } = state
        // Of later ones the rows say nothing yet: this projector comes to them again.
        const told = names.confirmed.filter(({ position }) => position <= reached)
        if (told.length > 0)
          await this.#takeBack(tenantId, told, await store.load(tenantId, selectorsOf(projected.page)))
        continue
      }
      this.#report(tenantId, halts)
      this.#options.metrics?.projected(events.length, (performance.now() - start) / 1_000)
      state = { ...state, position: last.position, halted: [...state.halted, ...halts] }
      if (state.position >= head) break
    }
    this.#remember(tenantId, state)
    if (state.position > 0) await confirm(state.position)
    return state
  }

  /**
   * Tries a halted view again: folds what it has missed, until it is where the tenant's other views are, or halts anew.
   * Returns where it stands then; undefined when it follows again (or had never halted).
   */
  async retry(tenantId: string, view: ViewName): Promise<Halt | undefined> {
    const { store, eventStore, keyVault } = this.#options
    const skipped = await store.skipped(tenantId)
    const skips = (name: ViewName, position: number) =>
      skipped.some((one) => one.view === name && one.position === position)
    for (;;) {
      const { position } = await store.state(tenantId)
      const halt = (await store.halts(tenantId)).find((one) => one.view === view)
      if (!halt) return undefined
      const from = halt.position - 1
      const read = await eventStore.readTenant(tenantId, from, Math.min(PAGE_SIZE, position - from))
      const last = read.events.at(-1)
      if (!last) throw new Error('the log does not give back what has been projected')
      const load = (wanted: Wanted) => store.load(tenantId, wanted)
      const projected = await this.#fold(tenantId, read, load, { views: [view], skips })
      if (!projected) continue
      const names = nameChanges(projected.before, projected.rows, followed(projected, [view]), keyVault)
      await this.#tellDirectory(last, names)
      const [failure] = projected.failures
      const again = failure && haltOf(failure, halt.attempts + projected.attempts)
      const to = again ? again.position - 1 : last.position
      const result = await store.catchUp(tenantId, view, from, to, projected.rows, again)
      if (result === 'done') return undefined
      if (result === 'committed' && again) return again
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
    for (const halt of halts) {
      this.#options.metrics?.halted(halt.view)
      this.#options.logger.error('a view stands still at an event it cannot fold: retry it, or skip the event', {
        tenantId,
        ...halt,
      })
    }
  }

  /** The directory follows the log too: a tenant whose names were never confirmed by whoever created it gets them here. */
  async #tellDirectory({ tenantId, region, position: reached }: EventEnvelope, changes: NameChanges): Promise<void> {
    const { directory, logger } = this.#options
    const { confirmed, released } = changes
    await Promise.all(released.map(({ kind, key }) => directory.release(kind, key, tenantId, reached)))
    const entry = { tenantId, region }
    await Promise.all(
      confirmed.map(async ({ kind, key, position }) => {
        if (await directory.confirm(kind, key, entry, position)) return
        // Nobody has reserved it for the tenant: the directory may have been lost, and follows the log anew.
        const mayHave = kind !== 'email' && (await directory.reserve(kind, key, entry, LEASE)).kind === 'reserved'
        if (mayHave && (await directory.confirm(kind, key, entry, position))) return
        logger.error('a name of the tenant’s belongs to another tenant', { tenantId, kind })
      }),
    )
  }

  /** Another projector has come further: what was told here after it, of names that are gone by now, was told too late. */
  async #takeBack(tenantId: string, told: NameChanges['confirmed'], now: ViewPage): Promise<void> {
    const { directory, keyVault } = this.#options
    await Promise.all(
      namesWithout(told, now, keyVault).map(({ kind, key, position }) =>
        directory.release(kind, key, tenantId, position),
      ),
    )
  }
}

/** The views that say which names a tenant has, by the first part of the events' types. */
const NAMING: Readonly<Record<string, ViewName>> = { tenant: 'tenant_details', user: 'user_profile' }

/** The events of a page that those views have followed: of others nobody knows which names have come or gone. */
function followed({ page, failures }: Projected, views: readonly ViewName[]): readonly Recorded[] {
  return page.filter(isReadable).filter(({ envelope: { type, position } }) => {
    const naming = NAMING[type.slice(0, type.indexOf('.'))]
    const failure = failures.find(({ view }) => view === naming)
    return naming !== undefined && views.includes(naming) && (!failure || position < failure.envelope.position)
  })
}

const haltOf = ({ view, envelope, fault }: FoldFailure, attempts: number): Halt => ({
  view,
  position: envelope.position,
  eventId: envelope.eventId,
  eventType: envelope.type,
  // The kind of fault, and what the product itself says of it: never values of the event.
  error: fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault),
  attempts,
})
