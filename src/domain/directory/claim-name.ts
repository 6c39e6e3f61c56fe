import type { Directory, DirectoryEntry } from '../ports/directory.ts'
import type { TenantWriter } from '../ports/tenant-writer.ts'
import type { TenantState } from '../tenant/tenant-state.ts'

/** A name stays reserved this long for a tenant that is being created or renamed, in milliseconds. */
export const LEASE = 60_000
/** Times a name is asked for while others ask for it too. */
const MAX_TRIES = 3

export interface ClaimServices {
  readonly directory: Directory
  readonly writer: Pick<TenantWriter, 'tenant'>
}

/**
 * Reserves a name; false when another tenant has it. A reservation that has run out says nothing by itself: its tenant may
 * have been created a moment before the name could be confirmed. So its writer is asked, and the name is then either
 * confirmed for that tenant or taken over.
 */
export async function claimName(
  { directory, writer }: ClaimServices,
  kind: 'slug' | 'customDomain',
  key: string,
  entry: DirectoryEntry,
): Promise<boolean> {
  let displaced: string | undefined
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const reservation = await directory.reserve(kind, key, entry, LEASE, displaced)
    if (reservation.kind !== 'lapsed') return reservation.kind === 'reserved'
    const { holder } = reservation
    const { state, position } = await writer.tenant(holder.tenantId)
    if (bearsName(state, kind, key)) {
      await directory.confirm(kind, key, holder, position)
      return false
    }
    displaced = holder.tenantId
  }
  return false
}

const bearsName = (state: TenantState, kind: 'slug' | 'customDomain', key: string): boolean =>
  state.status !== 'none' && (kind === 'slug' ? state.slug : state.settings.customDomain) === key
