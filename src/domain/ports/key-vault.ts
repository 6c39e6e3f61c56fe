/** What only the holder of the master key can do: wrap the keys of subjects, and index what must not be stored in clear. */
export interface KeyVault {
  /** Wraps a key for its owner: `mk1.<base64url>`. A wrapped key does not open for another owner. */
  wrap(key: Uint8Array, owner: string): string
  /** undefined when it was wrapped under another master key, for another owner, or has been changed. */
  unwrap(wrapped: string, owner: string): Uint8Array | undefined
  /** Whether anything has opened yet: then what does not open is damaged, and it is not the master key that is wrong. */
  hasOpened(): boolean
  /** Keyed hash of a normalized e-mail address: the same address gives the same index, the index gives no address. */
  emailIndex(normalizedEmail: string): string
  /** Keyed hash of a network address. */
  ipIndex(ipAddress: string): string
}
