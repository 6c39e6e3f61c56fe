import type { ForwardingStorage } from '#domain/ports/forwarding.ts'
import type { ProjectionStore, ShadowStore } from '#domain/ports/projection-store.ts'
import type { EventPublisher, PublicationStorage } from '#domain/ports/publication.ts'
import type { TenantStorage } from '#domain/ports/tenant-storage.ts'
import type { CommandMetadata } from '#domain/writer/command.ts'
import type { DueProjections } from '#infrastructure/workerd/due-projections.ts'
import type { Process } from './process.ts'
import type { ForwardingStore } from './world.ts'

/**
 * A protocol that differs from the product's in one point: the product's own code, with something put around one of its
 * ports. What is not named is as it is.
 */
export interface Variant {
  readonly name: string
  /** What it does differently. */
  readonly differs: string
  readonly log?: (log: TenantStorage, life: Process) => TenantStorage
  readonly forwarding?: (forwarding: ForwardingStorage, life: Process) => ForwardingStorage
  readonly eventStore?: (store: ForwardingStore, life: Process) => ForwardingStore
  readonly readModels?: (readModels: ProjectionStore, life: Process) => ProjectionStore
  readonly metadata?: (metadata: CommandMetadata) => CommandMetadata
  /** Whether a message that was sent counts as work done. */
  readonly trustsMessages?: true
  readonly sweeps?: { readonly wakeUps?: false; readonly forwarding?: false; readonly publishing?: false }
  readonly publication?: (publication: PublicationStorage) => PublicationStorage
  readonly publisher?: (publisher: EventPublisher) => EventPublisher
  readonly shadow?: (shadow: ShadowStore, views: ProjectionStore) => ShadowStore
  /** Whose turn it is to project, of an object that begins. */
  readonly turns?: (...given: ConstructorParameters<typeof DueProjections>) => DueProjections
  /** Whether a read may be older than what its reader has seen. */
  readonly ignoresToken?: true
}

export const AS_IT_IS: Variant = { name: 'none', differs: 'nothing' }

/** `changed` over what is there, whose other methods stay as they are. */
export const changed = <Port extends object>(port: Port, change: Partial<Port>): Port =>
  new Proxy(port, {
    get: (target, member) => Reflect.get(Object.hasOwn(change, member) ? change : target, member) as unknown,
  })
