import type { EventEnvelope } from '#common/envelope.ts'
import type { Fence } from './forwarding.ts'

/** Who follows a log: the read models, or the event store. */
export const FOLLOWERS = ['projected', 'forwarded'] as const
export type Follower = (typeof FOLLOWERS)[number]

/** How far a tenant's log has come, and those who follow it. */
export interface OutboxEntry {
  readonly tenantId: string
  /** Position and hash of the log's last event. */
  readonly position: number
  readonly hash: string
  /** Positions up to which the read models and the event store have followed. */
  readonly projected: number
  readonly forwarded: number
  readonly fence?: Fence
  /** When the first event was committed that the follower asked for has not followed (RFC 3339); absent when there is none. */
  readonly waitingSince?: string
}

export interface OutboxPage {
  readonly entries: readonly OutboxEntry[]
  /** Tenants of the page whose log did not say where it stands: one of them keeps nobody from the others. */
  readonly unanswered: readonly string[]
  /** Id of the tenant to read on behind; absent at the end. */
  readonly next?: string
}

export interface OutboxTotals {
  readonly tenants: number
  readonly events: number
  readonly toProject: number
  readonly toForward: number
  /** Not published to RabbitMQ. */
  readonly toPublish: number
  readonly fenced: number
}

/** Why a fence is lifted. */
export interface FenceRelease {
  /** Position up to which the event store holds the log: it is sent on from behind it. */
  readonly forwarded: number
  readonly reason: string
  /** Who decided it. */
  readonly by: string
}

/** A fence that has been lifted. */
export interface LiftedFence extends FenceRelease {
  readonly fence: Fence
  /** RFC 3339. */
  readonly liftedAt: string
}

/** What the tenants' logs say of themselves, whatever they are kept in: for operators. Adapters: PostgreSQL, Durable Objects. */
export interface Outbox {
  /** Undefined when there is no log of that tenant. */
  tenant(tenantId: string, follower?: Follower): Promise<OutboxEntry | undefined>
  /** Up to `limit` tenants that have a log, in the order of their ids, behind the id `after`. */
  page(after: string, limit: number, follower?: Follower): Promise<OutboxPage>
  /** Lifts a tenant's fence, and remembers who did and why; false, changing nothing, when that fence does not stand any more. */
  release(tenantId: string, fence: Fence, release: FenceRelease): Promise<boolean>
  /** Fences of the tenant that have been lifted, the latest first. */
  releases(tenantId: string): Promise<readonly LiftedFence[]>
}

/** An outbox as the command line works with it: over all tenants, and with what their logs hold. */
export interface OperatorOutbox extends Outbox {
  /** What waits in all, and those tenants that wait most for the follower asked for. */
  status(follower: Follower, limit: number): Promise<OutboxStatus>
  /** Events as they are stored, in order; their personal fields stay sealed. */
  events(tenantId: string, after: number, limit: number): Promise<readonly EventEnvelope[]>
}

export interface OutboxStatus {
  readonly totals: OutboxTotals
  readonly lagging: readonly OutboxEntry[]
  /** Tenants that are not counted: their log did not say where it stands. */
  readonly unanswered: readonly string[]
}
