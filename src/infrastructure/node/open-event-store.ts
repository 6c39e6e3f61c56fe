import type { StreamStore } from '#domain/ports/event-store.ts'
import { AtomPubEventStore } from '#infrastructure/event-store/atompub-event-store.ts'
import type { Configuration } from '#infrastructure/shared/configuration.ts'
import { GrpcEventStore } from './grpc-event-store.ts'

type EventStoreSettings = Pick<Configuration, 'EVENTSTORE_URL' | 'EVENTSTORE_USERNAME' | 'EVENTSTORE_PASSWORD'>

/** The event store that `EVENTSTORE_URL` names, over the protocol its scheme says; undefined when it names none. */
export function openEventStore(settings: EventStoreSettings): StreamStore | undefined {
  const { EVENTSTORE_URL: url, EVENTSTORE_USERNAME: username, EVENTSTORE_PASSWORD: password } = settings
  if (url === undefined) return undefined
  const access = username !== undefined && password !== undefined && { credentials: { username, password } }
  return url.startsWith('esdb')
    ? new GrpcEventStore({ connectionString: url, ...access })
    : new AtomPubEventStore({ url, ...access })
}
