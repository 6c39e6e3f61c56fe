import type { StreamStore } from '#domain/ports/event-store.ts'
import type { StoreAdministration } from '#domain/ports/store-administration.ts'
import { AtomPubEventStore } from '#infrastructure/event-store/atompub-event-store.ts'
import type { Configuration } from '#infrastructure/shared/configuration.ts'
import { GrpcEventStore } from './grpc-event-store.ts'

type EventStoreSettings = Pick<Configuration, 'EVENTSTORE_URL' | 'EVENTSTORE_USERNAME' | 'EVENTSTORE_PASSWORD'>

/** An EventStoreDB. */
export interface RemoteEventStore extends StreamStore {
  readonly administration: StoreAdministration
}

/** The event store that `EVENTSTORE_URL` names, over the protocol its scheme says; undefined when it names none. */
export function openEventStore(settings: EventStoreSettings): RemoteEventStore | undefined {
  const { EVENTSTORE_URL: url, EVENTSTORE_USERNAME: username, EVENTSTORE_PASSWORD: password } = settings
  if (url === undefined) return undefined
  const access = username !== undefined && password !== undefined && { credentials: { username, password } }
  return url.startsWith('esdb')
    ? new GrpcEventStore({ connectionString: url, ...access })
    : new AtomPubEventStore({ url, ...access })
}
