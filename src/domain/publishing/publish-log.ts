import { PublicationRefusedFault, type EventPublisher, type PublicationStorage } from '../ports/publication.ts'

/** Events handed on and confirmed at a time. */
const PAGE = 100

export interface PublishLogOptions {
  readonly storage: PublicationStorage
  readonly publisher: EventPublisher
  /**
   * Whether the last try failed. This one then begins with a single event and doubles from there: each try that is refused too
   * leaves everybody who does take the events with copies of no more than it had got through, and one.
   */
  readonly carefully?: boolean
}

/**
 * Publishes what a tenant's log holds and has not been published. Each event goes out at least once: it counts as published
 * only when that has been confirmed and written down, and after a crash between the two it goes out again, as it does when
 * two processes publish for one tenant at the same time. Where one is refused, those before it count.
 * Returns the last position published, 0 when there was nothing.
 * @throws PublicationRefusedFault when a queue that the events go to is full
 */
export async function publishLog(
  tenantId: string,
  { storage, publisher, carefully = false }: PublishLogOptions,
): Promise<number> {
  for (let published = 0, page = carefully ? 1 : PAGE; ; page = Math.min(2 * page, PAGE)) {
    const events = await storage.readUnpublished(tenantId, page)
    const last = events.at(-1)
    if (!last) return published
    try {
      await publisher.publish(events)
    } catch (fault) {
      const kept = fault instanceof PublicationRefusedFault ? events[fault.kept - 1] : undefined
      if (kept) await storage.savePublished(tenantId, kept.position)
      throw fault
    }
    await storage.savePublished(tenantId, last.position)
    published = last.position
    if (events.length < page) return published
  }
}
