/** What a key in the directory is for. E-mail keys are keyed hashes (`KeyVault.emailIndex`), never addresses. */
export type DirectoryKind = 'slug' | 'customDomain' | 'email'

export interface DirectoryEntry {
  readonly tenantId: string
  /** Home region of the tenant. */
  readonly region: string
}

/**
 * Which tenant a name belongs to, across all tenants. A slug or custom domain belongs to one tenant; an e-mail may to many.
 * A name is first reserved (for `leaseMs`), then confirmed: a tenant that never came to be loses its reservation.
 */
export interface Directory {
  /** Reserves a name for a tenant; true when the tenant has it now (again), false when another one has it. */
  reserve(kind: 'slug' | 'customDomain', key: string, entry: DirectoryEntry, leaseMs: number): Promise<boolean>
  /** Makes a reservation permanent. For e-mails: adds the tenant. Idempotent. */
  confirm(kind: DirectoryKind, key: string, entry: DirectoryEntry): Promise<void>
  /** Gives a name back, if that tenant has it. Idempotent. */
  release(kind: DirectoryKind, key: string, tenantId: string): Promise<void>
  /** Confirmed tenants of a name. */
  find(kind: DirectoryKind, key: string): Promise<readonly DirectoryEntry[]>
}
