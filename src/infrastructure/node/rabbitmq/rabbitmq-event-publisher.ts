import type { EventEnvelope } from '#common/envelope.ts'
import { CLOUD_EVENT_TYPE, toCloudEvent } from '#domain/events/cloud-event.ts'
import type { EventPublisher } from '#domain/ports/publication.ts'
import type { ConfirmingPublisher } from './confirming-publisher.ts'
import { EXCHANGE } from './topology.ts'

/** Publishes events as CloudEvents to the exchange `events`, where others can subscribe to them. */
export class RabbitMqEventPublisher implements EventPublisher {
  readonly #publisher: ConfirmingPublisher
  readonly #publicUrl: string

  /** @param publicUrl where the product's API is, without a slash at its end */
  constructor(publisher: ConfirmingPublisher, publicUrl: string) {
    this.#publisher = publisher
    this.#publicUrl = publicUrl
  }

  publish(events: readonly EventEnvelope[]): Promise<void> {
    return this.#publisher.publish(
      events.map((event) => ({
        exchange: EXCHANGE.events,
        routingKey: `${event.tenantId}.${event.type}`,
        id: event.eventId,
        type: event.type,
        contentType: CLOUD_EVENT_TYPE,
        body: JSON.stringify(toCloudEvent(event, this.#publicUrl)),
      })),
    )
  }
}
