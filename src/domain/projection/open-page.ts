import { readEvent } from '../events/event-registry.ts'
import { openPersonal } from '../events/seal-event.ts'
import { subjectKeysOf } from '../events/subject-keys.ts'
import type { Cryptography } from '../ports/cryptography.ts'
import type { LogPage } from '../ports/event-store.ts'
import type { KeyVault } from '../ports/key-vault.ts'
import type { TenantWriter } from '../ports/tenant-writer.ts'
import type { PageEvent } from './fold-page.ts'

export interface PageOpener {
  readonly writer: Pick<TenantWriter, 'subjectKeys'>
  readonly cryptography: Cryptography
  readonly keyVault: KeyVault
}

/**
 * Brings a page of events to the form reducers see: at the current schema, with what is personal opened. One that cannot be
 * read comes as such.
 * @throws when a key does not open: a wrong master key must erase nobody.
 */
export async function openPage(
  tenantId: string,
  page: Pick<LogPage, 'events' | 'subjectKeys'>,
  { writer, cryptography, keyVault }: PageOpener,
): Promise<readonly PageEvent[]> {
  const wrapped = await subjectKeysOf(writer, tenantId, page)
  const keys = new Map<string, Uint8Array>()
  for (const [id, box] of Object.entries(wrapped)) {
    const key = keyVault.unwrap(box, id)
    if (!key) throw new Error('a subject key does not open under the master key in use')
    keys.set(id, key)
  }
  return page.events.map((envelope) => {
    try {
      // Without a key the person has been erased.
      const key = envelope.personal && keys.get(envelope.personal.keyId)
      const personal = key && openPersonal(cryptography, key, envelope)
      const payload = { data: envelope.data, ...(personal && { personal }) }
      return { envelope, event: readEvent(envelope.type, envelope.schemaVersion, payload) }
    } catch (fault) {
      return { envelope, fault }
    }
  })
}
