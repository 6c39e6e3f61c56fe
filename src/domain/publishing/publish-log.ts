import type { EventPublisher, PublicationStorage } from '../ports/publication.ts'

/** Events handed on and confirmed at a time. */
const PAGE = 100

/**
 * Publishes what a tenant's log holds and has not been published. Each event goes out at least once: it counts as published
 * only when that has been confirmed and written down, and after a crash between the two it goes out again, as it does when
 * two processes publish for one tenant at the same time. Returns the last position published, 0 when there was nothing.
 */
export async function publishLog(
  tenantId: string,
  storage: PublicationStorage,
  publisher: EventPublisher,
): Promise<number> {
  for (let published = 0; ;) {
    const events = await storage.readUnpublished(tenantId, PAGE)
    const last = events.at(-1)
    if (!last) return published
    await publisher.publish(events)
    await storage.savePublished(tenantId, last.position)
    published = last.position
    if (events.length < PAGE) return published
  }
}
