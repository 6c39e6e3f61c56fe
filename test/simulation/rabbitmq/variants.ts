import { PublicationRefusedFault, type EventPublisher, type PublicationStorage } from '#domain/ports/publication.ts'
import { changed, type Variant } from '../variant.ts'

/** Mistakes in publishing. */
export const RABBITMQ_VARIANTS: readonly Variant[] = [
  {
    name: 'published-before-confirmed',
    differs: 'counts events as published before the broker has confirmed them',
    publication: (publication) =>
      changed<PublicationStorage>(publication, {
        async readUnpublished(tenantId, limit) {
          const events = await publication.readUnpublished(tenantId, limit)
          const last = events.at(-1)
          if (last) await publication.savePublished(tenantId, last.position)
          return events
        },
      }),
  },
  {
    name: 'refusal-as-confirmation',
    differs: 'takes a negative acknowledgement for one',
    publisher: (publisher) =>
      changed<EventPublisher>(publisher, {
        publish: (events) =>
          publisher.publish(events).catch((fault: unknown) => {
            if (!(fault instanceof PublicationRefusedFault)) throw fault
          }),
      }),
  },
  {
    name: 'refused-counts',
    differs: 'counts the refused event with those before it',
    publisher: (publisher) =>
      changed<EventPublisher>(publisher, {
        publish: (events) =>
          publisher.publish(events).catch((fault: unknown) => {
            if (!(fault instanceof PublicationRefusedFault)) throw fault
            throw new PublicationRefusedFault(fault.message, fault.kept + 1)
          }),
      }),
  },
  {
    name: 'published-in-any-order',
    differs: 'sends the events of a page in another order than the log’s',
    publisher: (publisher) =>
      changed<EventPublisher>(publisher, { publish: (events) => publisher.publish(events.toReversed()) }),
  },
  {
    name: 'no-publishing-sweep',
    differs: 'publishes after a commit only',
    sweeps: { publishing: false },
  },
]
