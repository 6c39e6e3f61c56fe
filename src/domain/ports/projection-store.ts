import type { RowSelector } from '../projection/view.ts'
import type { ViewVersions } from '../projection/view-versions.ts'
import type { ViewName, ViewPage } from '../projection/views.ts'

/** A view of a tenant that stands still at an event it cannot fold. */
export interface Halt {
  readonly view: ViewName
  /** Of the event; the view's rows hold all before it. */
  readonly position: number
  readonly eventId: string
  readonly eventType: string
  readonly error: string
  /** How often it has been tried; 0 for a view that waits to be rebuilt, because another version has made its rows. */
  readonly attempts: number
}

/** Where a tenant's views are that do not stand still. */
export interface Checkpoint {
  /** Position up to which they have followed; 0 when nothing has been projected. */
  readonly position: number
  /** Raised when rows are replaced, or a view follows again: what was folded or chosen before must not be written after. */
  readonly generation: number
}

/** How far a tenant's views have followed its log. */
export interface ProjectionState extends Checkpoint {
  readonly halted: readonly Pick<Halt, 'view' | 'position'>[]
  /** Those that have made the rows; of a tenant that nothing has been projected of, those that this process makes. */
  readonly versions: ViewVersions
}

/** The store cannot hold a row of those it was given, and never will: why, without values of the row. */
export interface Refused {
  readonly refused: string
}

export const isRefused = <Result extends string>(result: Result | Refused): result is Refused =>
  typeof result === 'object'

/** Position up to which one view has followed. */
export const positionOfView = (
  { position, halted }: Pick<ProjectionState, 'position' | 'halted'>,
  view: ViewName,
): number => Math.min(position, ...halted.flatMap((halt) => (halt.view === view ? [halt.position - 1] : [])))

/** An event that a view leaves out, because somebody has decided so. */
export interface SkippedEvent {
  readonly view: ViewName
  readonly position: number
  readonly reason: string
  /** Who decided it. */
  readonly by: string
}

export type CatchUp =
  /** `done`: the view has reached the tenant's others, and follows with them from now on. */
  'committed' | 'done' | 'conflict'

export type Wanted = { readonly [Name in ViewName]: readonly RowSelector[] }

/** What a halted view has followed: the events after `from`, up to `to`. */
export interface Followed {
  readonly view: ViewName
  readonly from: number
  readonly to: number
  /** Whether the event at which it stood has been left out. */
  readonly leftOut: boolean
}

/** The projector's side of the read models. Everything happens within one tenant, walled in by row-level security. */
export interface ProjectionStore {
  state(tenantId: string): Promise<ProjectionState>
  /** The rows the selectors name, as far as they exist. */
  load(tenantId: string, wanted: Wanted): Promise<ViewPage>
  /**
   * As `load`, if the checkpoint is where `from` says; undefined when it is not. A page that is folded over these rows and
   * committed from there changes what it was folded over, even where a database that crashed has lost what its checkpoint had
   * been.
   */
  loadAt(tenantId: string, from: Checkpoint, wanted: Wanted): Promise<ViewPage | undefined>
  /**
   * Writes rows, the views that halt, and the checkpoint in one transaction; `conflict`, writing nothing, when the
   * checkpoint is not `from` any more.
   */
  commit(
    tenantId: string,
    from: Checkpoint,
    to: number,
    rows: ViewPage,
    halts?: readonly Halt[],
  ): Promise<'committed' | 'conflict' | Refused>
  halts(tenantId: string): Promise<readonly Halt[]>
  /** Positions that views leave out. */
  skipped(tenantId: string): Promise<readonly Pick<SkippedEvent, 'view' | 'position'>[]>
  /**
   * Remembers that a halted view is to leave out the event it stands at; false when it does not stand there any more. Of an
   * event that is left out already, it stays remembered who decided it first, and why.
   */
  skip(tenantId: string, skipped: SkippedEvent): Promise<boolean>
  /**
   * Moves a halted view on over what it has followed; it ends the halt where the other views are. `conflict`, writing nothing,
   * when the view does not stand there any more, when somebody has decided otherwise about the event it stands at, or when the
   * tenant's checkpoint lies behind: a database that has crashed may have lost what had been read of it.
   * @param halt where it stands then, if not at the event after those
   */
  catchUp(tenantId: string, followed: Followed, rows: ViewPage, halt?: Halt): Promise<CatchUp | Refused>
}

/** What rows of a rebuild lack. */
export interface ShadowOptions {
  /** Whether rows may lack what is personal: no other rebuild goes on with those. */
  readonly withoutKeys?: boolean
  /** What views leave out: a rebuild that left out something else begins anew. */
  readonly skipped?: readonly Pick<SkippedEvent, 'view' | 'position'>[]
}

/**
 * Rows folded anew beside the live ones. One rebuild a tenant at a time: who opens one of another kind ends what others have
 * opened. A store is good for one rebuild.
 */
export interface ShadowStore {
  /**
   * Begins a rebuild of these views, or goes on with one that was interrupted. Returns the position it has come to.
   * @throws {RebuildUnderWay} when somebody else begins another one at the same time
   */
  open(tenantId: string, views: readonly ViewName[], options?: ShadowOptions): Promise<number>
  /** @throws {RebuildUnderWay} when what was opened is gone */
  load(tenantId: string, wanted: Wanted): Promise<ViewPage>
  /** Writes rows and place in one transaction; `conflict` when somebody else has moved it, or begun another rebuild. */
  commit(tenantId: string, from: number, to: number, rows: ViewPage): Promise<'committed' | 'conflict'>
  /**
   * Puts the shadow's rows in place of the live ones, in one transaction, if it has come as far as these. Of all views, it
   * may have come further: the tenant's checkpoint, where it was lost, is then its own. For each view whether anything was
   * different; undefined when it has to come further first.
   * @throws {RebuildUnderWay} when what was opened is gone: somebody has begun another rebuild, or swapped this one
   * @throws {SkippedMeanwhile} when views leave out something else by now
   */
  swap(tenantId: string): Promise<{ readonly [Name in ViewName]?: boolean } | undefined>
}
