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

/** A person's key is there and does not open: that is no erasure. */
class DamagedKey extends Error {
  override readonly name = 'DamagedKey'
}

/**
 * Brings a page of events to the form reducers see: at the current schema, with what is personal opened. One that cannot be
 * read, or whose key does not open, comes as such.
 * @throws when a key does not open and none has yet: a wrong master key must erase nobody, and halt no view
 */
export async function openPage(
  tenantId: string,
  page: Pick<LogPage, 'events' | 'subjectKeys' | 'personal'>,
  { writer, cryptography, keyVault }: PageOpener,
): Promise<readonly PageEvent[]> {
  const wrapped = await subjectKeysOf(writer, tenantId, page)
  const keys = new Map(Object.entries(wrapped).map(([id, box]) => [id, keyVault.unwrap(box, id)]))
  if ([...keys.values()].includes(undefined) && !keyVault.hasOpened())
    throw new Error('a subject key does not open under the master key in use')
  return page.events.map((envelope) => {
    try {
      const { personal: sealed, position } = envelope
      const key = sealed && keys.get(sealed.keyId)
      if (sealed && !key && keys.has(sealed.keyId)) throw new DamagedKey('the key of its personal fields does not open')
      // Without a key the person has been erased.
      const personal = page.personal?.get(position) ?? (key && openPersonal(cryptography, key, envelope))
      const payload = { data: envelope.data, ...(personal && { personal }) }
      return { envelope, event: readEvent(envelope.type, envelope.schemaVersion, payload) }
    } catch (fault) {
      return { envelope, fault }
    }
  })
}
