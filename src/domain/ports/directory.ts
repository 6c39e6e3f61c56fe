/** Milliseconds for which it is kept in mind that a name was given back: longer than anybody is late. */
export const GIVEN_BACK_KEPT = 24 * 3_600_000

/** What a key in the directory is for. E-mail keys are keyed hashes (`KeyVault.emailIndex`), never addresses. */
export type DirectoryKind = 'slug' | 'customDomain' | 'email'

export interface DirectoryEntry {
  readonly tenantId: string
  /** Home region of the tenant. */
  readonly region: string
}

export type Reservation =
  | { readonly kind: 'reserved' }
  /** Another tenant has the name, or is about to get it. */
  | { readonly kind: 'taken' }
  /** Another tenant's reservation has run out: whether that tenant came to be is for its writer to say. */
  | { readonly kind: 'lapsed'; readonly holder: DirectoryEntry }

/**
 * Which tenant a name belongs to, across all tenants. A slug or custom domain belongs to one tenant; an e-mail may to many.
 * A name is first reserved (for `leaseMs`), then confirmed. Nobody loses a name by time alone (`claimName`).
 *
 * What a tenant's log says of a name comes with the position of which it says so, and may come late and in any order: of two
 * that contradict each other, the one of the later position holds. That a name was given back is kept in mind for `GIVEN_BACK_KEPT`.
 */
export interface Directory {
  /**
   * Reserves a name for a tenant that has it already, or when nobody has it.
   * @param displaced a tenant whose lapsed reservation is known to be void, so that it may be taken over
   */
  reserve(
    kind: 'slug' | 'customDomain',
    key: string,
    entry: DirectoryEntry,
    leaseMs: number,
    displaced?: string,
  ): Promise<Reservation>
  /**
   * Makes a reservation permanent; false when the tenant has no reservation any more. For e-mails: adds the tenant, always
   * true. Changes nothing, and is true, where the tenant has given the name back at that position or later. Idempotent.
   * @param position of the tenant's log, from which the tenant has had the name
   */
  confirm(kind: DirectoryKind, key: string, entry: DirectoryEntry, position: number): Promise<boolean>
  /**
   * Gives a name back, if that tenant has it; who confirms it late has it no more either. Idempotent.
   * @param position of the tenant's log, at which the tenant had the name no more: whoever says so late takes back nothing
   *   that was confirmed after it. Left out, only a reservation is given back.
   */
  release(kind: DirectoryKind, key: string, tenantId: string, position?: number): Promise<void>
  /** Confirmed tenants of a name. */
  find(kind: DirectoryKind, key: string): Promise<readonly DirectoryEntry[]>
}
