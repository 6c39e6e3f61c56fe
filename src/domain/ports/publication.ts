import type { EventEnvelope } from '#common/envelope.ts'
import { UnavailableFault } from '#common/unavailable-fault.ts'

/** How far tenants' events have been published to others. The log itself is the outbox: this is the pointer into it. */
export interface PublicationStorage {
  /** Up to `limit` events of the tenant's that have not been published, in order. */
  readUnpublished(tenantId: string, limit: number): Promise<readonly EventEnvelope[]>
  /** Remembers that the tenant's events up to a position have been published. Never goes back; a crash may forget it. */
  savePublished(tenantId: string, position: number): Promise<void>
  /** Up to `limit` tenants with events that have not been published, by their ids, after one of them. */
  unpublishedTenants(after: string, limit: number): Promise<readonly { tenantId: string; position: number }[]>
}

/** Somebody's queue is full, and refuses what is published until there is room. */
export class PublicationRefusedFault extends UnavailableFault {
  override readonly name = 'PublicationRefusedFault'
  /** How many, from the first on, are kept durably: the next one was refused, and later ones may be there all the same. */
  readonly kept: number

  constructor(message: string, kept: number) {
    super(message)
    this.kept = kept
  }
}

export interface EventPublisher {
  /**
   * Hands events of one tenant on, in order. Resolves when all of them are kept there durably.
   * @throws PublicationRefusedFault when one of them was refused.
   * @throws when one of them may not be there: some may be all the same.
   */
  publish(events: readonly EventEnvelope[]): Promise<void>
}
