import type { EventEnvelope } from '#common/envelope.ts'
import type { PublicationStorage } from '#domain/ports/publication.ts'

/** An event of a log, with no more meaning than its place in it. Its id follows from tenant and position. */
export const envelopeAt = (tenantId: string, position: number): EventEnvelope => ({
  eventId: `${tenantId}/${position}`,
  type: 'tenant.updated',
  schemaVersion: '1.0.0',
  tenantId,
  position,
  aggregate: { type: 'tenant', id: tenantId, version: position },
  timestamp: '2026-11-24T12:00:00.000Z',
  correlationId: 'cor_1',
  actorType: 'system',
  commandId: 'cmd_1',
  region: 'test',
  clock: { test: position },
  epoch: 1,
  prevHash: '0'.repeat(64),
  hash: '0'.repeat(64),
  data: { updatedFields: ['metadata'] },
  personal: { keyId: tenantId, ciphertext: 'c2VhbGVk' },
})

/** Logs in memory, and how far they have been published. Passes the port's contract. */
export class MemoryPublication implements PublicationStorage {
  readonly #heads = new Map<string, number>()
  readonly #published = new Map<string, number>()
  /** Thrown by `savePublished` while it is set: the process dies between confirmation and note. */
  saveFault: Error | undefined

  /** Adds events to a tenant's log. Returns the position of the last. */
  append(tenantId: string, count = 1): number {
    const head = (this.#heads.get(tenantId) ?? 0) + count
    this.#heads.set(tenantId, head)
    return head
  }

  /** Events of the tenant's that have not been published. */
  backlog(tenantId: string): number {
    return (this.#heads.get(tenantId) ?? 0) - (this.#published.get(tenantId) ?? 0)
  }

  async readUnpublished(tenantId: string, limit: number): Promise<readonly EventEnvelope[]> {
    const from = this.#published.get(tenantId) ?? 0
    const length = Math.min(limit, this.backlog(tenantId))
    return Array.from({ length }, (_, index) => envelopeAt(tenantId, from + index + 1))
  }

  async savePublished(tenantId: string, position: number): Promise<void> {
    if (this.saveFault) throw this.saveFault
    this.#published.set(tenantId, Math.max(position, this.#published.get(tenantId) ?? 0))
  }

  async unpublishedTenants(after: string, limit: number) {
    return [...this.#heads]
      .filter(([tenantId, head]) => tenantId > after && (this.#published.get(tenantId) ?? 0) < head)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, limit)
      .map(([tenantId, position]) => ({ tenantId, position }))
  }
}
