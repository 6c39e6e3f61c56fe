import type { EventEnvelope } from '#common/envelope.ts'

/** How far tenants' events have been published to others. The log itself is the outbox: this is the pointer into it. */
export interface PublicationStorage {
  /** Up to `limit` events of the tenant's that have not been published, in order. */
  readUnpublished(tenantId: string, limit: number): Promise<readonly EventEnvelope[]>
  /** Remembers that the tenant's events up to a position have been published. Never goes back; a crash may forget it. */
  savePublished(tenantId: string, position: number): Promise<void>
  /** Up to `limit` tenants with events that have not been published, by their ids, after one of them. */
  unpublishedTenants(after: string, limit: number): Promise<readonly { tenantId: string; position: number }[]>
}

export interface EventPublisher {
  /**
   * Hands events of one tenant on, in order. Resolves when all of them are kept there durably.
   * @throws when one of them may not be: some may be there all the same.
   */
  publish(events: readonly EventEnvelope[]): Promise<void>
}
