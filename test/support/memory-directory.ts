import { systemClock, type Clock } from '#domain/ports/clock.ts'
import type { Directory, DirectoryEntry, DirectoryKind, Reservation } from '#domain/ports/directory.ts'

interface Holder extends DirectoryEntry {
  readonly leaseUntil?: number
  readonly position: number
}

/** The directory in memory, for tests of what stands above it. Passes the port's contract. */
export class MemoryDirectory implements Directory {
  readonly #names = new Map<string, Holder[]>()
  /** Position at which a tenant had a name no more. Kept for good: tests do not last a day. */
  readonly #givenBack = new Map<string, number>()
  readonly #clock: Clock
  /** Thrown by `confirm` while it is set: a directory that cannot be reached. */
  away: Error | undefined
  /** What others do in the time a confirmation takes. */
  beforeConfirm: (() => Promise<void>) | undefined

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  async reserve(
    kind: 'slug' | 'customDomain',
    key: string,
    entry: DirectoryEntry,
    leaseMs: number,
    displaced?: string,
  ): Promise<Reservation> {
    const [holder] = this.#holders(kind, key)
    if (holder?.tenantId === entry.tenantId && holder.leaseUntil === undefined) return { kind: 'reserved' }
    if (holder && holder.tenantId !== entry.tenantId) {
      if (holder.leaseUntil === undefined || holder.leaseUntil >= this.#clock()) return { kind: 'taken' }
      const { tenantId, region } = holder
      if (tenantId !== displaced) return { kind: 'lapsed', holder: { tenantId, region } }
    }
    this.#names.set(`${kind}/${key}`, [{ ...entry, leaseUntil: this.#clock() + leaseMs, position: 0 }])
    return { kind: 'reserved' }
  }

  async confirm(kind: DirectoryKind, key: string, { tenantId, region }: DirectoryEntry, position: number) {
    if (this.away) throw this.away
    await this.beforeConfirm?.()
    if ((this.#givenBack.get(`${kind}/${key}/${tenantId}`) ?? -1) >= position) return true
    const holders = this.#holders(kind, key)
    const mine = holders.find((holder) => holder.tenantId === tenantId)
    if (!mine && kind !== 'email') return false
    const confirmed = { tenantId, region, position: Math.max(position, mine?.position ?? 0) }
    this.#names.set(`${kind}/${key}`, [...holders.filter((holder) => holder !== mine), confirmed])
    return true
  }

  async release(kind: DirectoryKind, key: string, tenantId: string, position = -1): Promise<void> {
    const id = `${kind}/${key}/${tenantId}`
    this.#givenBack.set(id, Math.max(position, this.#givenBack.get(id) ?? -1))
    const kept = this.#holders(kind, key).filter(
      (holder) => holder.tenantId !== tenantId || (holder.leaseUntil === undefined && holder.position > position),
    )
    this.#names.set(`${kind}/${key}`, kept)
  }

  async find(kind: DirectoryKind, key: string): Promise<readonly DirectoryEntry[]> {
    return this.#holders(kind, key)
      .filter(({ leaseUntil }) => leaseUntil === undefined)
      .map(({ tenantId, region }) => ({ tenantId, region }))
  }

  #holders = (kind: DirectoryKind, key: string): readonly Holder[] => this.#names.get(`${kind}/${key}`) ?? []
}
