import type { EventEnvelope } from '#common/envelope.ts'
import { openPersonal } from '../events/seal-event.ts'
import { readEvent } from '../events/event-registry.ts'
import { LEASE } from '../directory/claim-name.ts'
import { nameChanges, namesWithout, type NameChanges } from '../directory/tenant-names.ts'
import type { Cryptography } from '../ports/cryptography.ts'
import type { Directory } from '../ports/directory.ts'
import type { EventStore } from '../ports/event-store.ts'
import type { KeyVault } from '../ports/key-vault.ts'
import type { Logger } from '../ports/logger.ts'
import type { ProjectionStore } from '../ports/read-models.ts'
import type { TenantWriter } from '../ports/tenant-writer.ts'
import { foldPage, selectorsOf } from './fold-page.ts'
import type { Recorded } from './view.ts'
import type { ViewPage } from './views.ts'

/** Events read, folded and committed at a time. */
export const PAGE_SIZE = 1_000

export interface ProjectorOptions {
  readonly eventStore: EventStore
  readonly store: ProjectionStore
  readonly writer: Pick<TenantWriter, 'subjectKeys' | 'confirmProjected'>
  readonly directory: Pick<Directory, 'confirm' | 'release' | 'reserve'>
  readonly logger: Pick<Logger, 'error'>
  readonly cryptography: Cryptography
  readonly keyVault: KeyVault
}

/**
 * Follows a tenant's log into the read models. Trusts only the log and its own checkpoint: wake-ups may be lost, doubled or
 * reordered, and two projectors may race for one tenant; the guarded checkpoint lets one of them win each page.
 */
export class Projector {
  readonly #options: ProjectorOptions

  constructor(options: ProjectorOptions) {
    this.#options = options
  }

  /** Brings the tenant's views up to the end of its log. Returns the position reached. */
  async project(tenantId: string): Promise<number> {
    const { store, eventStore, writer, keyVault } = this.#options
    let from = await store.checkpoint(tenantId)
    for (;;) {
      const { events, head } = await eventStore.readTenant(tenantId, from, PAGE_SIZE)
      const last = events.at(-1)
      if (!last) break
      const recorded = await this.#open(tenantId, events)
      const selectors = selectorsOf(recorded)
      const rows = await store.load(tenantId, selectors)
      const changed = foldPage(rows, recorded)
      const names = nameChanges(rows, changed, recorded, keyVault)
      // Before the checkpoint moves: what the directory has not learned is then told again.
      await this.#tellDirectory(last, names)
      const result = await store.commit(tenantId, from, last.position, changed)
      from = result === 'committed' ? last.position : await store.checkpoint(tenantId)
      if (result === 'conflict' && names.confirmed.length > 0)
        await this.#takeBack(tenantId, names.confirmed, await store.load(tenantId, selectors))
      if (result === 'committed' && from >= head) break
    }
    if (from > 0) await writer.confirmProjected(tenantId, from)
    return from
  }

  /** The directory follows the log too: a tenant whose names were never confirmed by whoever created it gets them here. */
  async #tellDirectory({ tenantId, region, position: reached }: EventEnvelope, changes: NameChanges): Promise<void> {
    const { directory, logger } = this.#options
    const { confirmed, released } = changes
    await Promise.all(released.map(({ kind, key }) => directory.release(kind, key, tenantId, reached)))
    const entry = { tenantId, region }
    await Promise.all(
      confirmed.map(async ({ kind, key, position }) => {
        if (await directory.confirm(kind, key, entry, position)) return
        // Nobody has reserved it for the tenant: the directory may have been lost, and follows the log anew.
        const mayHave = kind !== 'email' && (await directory.reserve(kind, key, entry, LEASE)).kind === 'reserved'
        if (mayHave && (await directory.confirm(kind, key, entry, position))) return
        logger.error('a name of the tenant’s belongs to another tenant', { tenantId, kind })
      }),
    )
  }

  /** Another projector has come further: what was told here after it, of names that are gone by now, was told too late. */
  async #takeBack(tenantId: string, told: NameChanges['confirmed'], now: ViewPage): Promise<void> {
    const { directory, keyVault } = this.#options
    await Promise.all(
      namesWithout(told, now, keyVault).map(({ kind, key, position }) =>
        directory.release(kind, key, tenantId, position),
      ),
    )
  }

  async #open(tenantId: string, events: readonly EventEnvelope[]): Promise<readonly Recorded[]> {
    const { writer, keyVault, cryptography } = this.#options
    const subjects = new Set(events.flatMap(({ personal }) => (personal ? [personal.keyId] : [])))
    const wrapped = subjects.size === 0 ? {} : await writer.subjectKeys(tenantId, [...subjects])
    const keys = new Map<string, Uint8Array>()
    for (const [id, box] of Object.entries(wrapped)) {
      const key = keyVault.unwrap(box, id)
      // A missing key means an erased person; one that does not open means a wrong master key, and must erase nobody.
      if (!key) throw new Error('a subject key does not open under the master key in use')
      keys.set(id, key)
    }
    return events.map((envelope) => {
      const key = envelope.personal && keys.get(envelope.personal.keyId)
      const personal = key && openPersonal(cryptography, key, envelope)
      const payload = { data: envelope.data, ...(personal && { personal }) }
      return { envelope, event: readEvent(envelope.type, envelope.schemaVersion, payload) }
    })
  }
}
