import type { EventEnvelope } from '#common/envelope.ts'

/** An event as others get to see it: CloudEvents 1.0, structured mode, JSON. */
export interface CloudEvent {
  readonly specversion: '1.0'
  /** The event's own: whoever gets it twice knows it by this. */
  readonly id: string
  /** The tenant, as a resource of the API. */
  readonly source: string
  readonly type: string
  /** `{aggregate type}/{aggregate id}` */
  readonly subject: string
  /** RFC 3339, UTC. */
  readonly time: string
  readonly datacontenttype: 'application/json'
  /** Extension `sequence`: the event's position in the tenant's log, so that texts sort as positions do. */
  readonly sequence: string
  /** The envelope as the log holds it: personal fields sealed, hash chain included. */
  readonly data: EventEnvelope
}

/** RFC 2046 type of the JSON text of a `CloudEvent`. */
export const CLOUD_EVENT_TYPE = 'application/cloudevents+json'

/** Digits of the highest position, 2^53 − 1. */
const SEQUENCE_DIGITS = 16

/** @param publicUrl where the product's API is, without a slash at its end */
export const toCloudEvent = (envelope: EventEnvelope, publicUrl: string): CloudEvent => ({
  specversion: '1.0',
  id: envelope.eventId,
  source: `${publicUrl}/api/v1/tenants/${envelope.tenantId}`,
  type: envelope.type,
  subject: `${envelope.aggregate.type}/${envelope.aggregate.id}`,
  time: envelope.timestamp,
  datacontenttype: 'application/json',
  sequence: String(envelope.position).padStart(SEQUENCE_DIGITS, '0'),
  data: envelope,
})
