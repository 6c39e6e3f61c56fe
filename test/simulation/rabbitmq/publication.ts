import type { EventEnvelope } from '#common/envelope.ts'
import type { PublicationStorage } from '#domain/ports/publication.ts'
import type { TenantRecords } from '../world.ts'

/** How far the tenants' logs have been published, beside them. */
export class SimulatedPublication implements PublicationStorage {
  readonly #tenants: ReadonlyMap<string, TenantRecords>
  #published = new Map<string, number>()

  constructor(tenants: ReadonlyMap<string, TenantRecords>) {
    this.#tenants = tenants
  }

  published(tenantId: string): number {
    return this.#published.get(tenantId) ?? 0
  }

  async readUnpublished(tenantId: string, limit: number): Promise<readonly EventEnvelope[]> {
    return (await this.#tenants.get(tenantId)?.log.readEvents(this.published(tenantId), limit))?.events ?? []
  }

  async savePublished(tenantId: string, position: number): Promise<void> {
    this.#published.set(tenantId, Math.max(position, this.published(tenantId)))
  }

  async unpublishedTenants(after: string, limit: number) {
    return [...this.#tenants.values()]
      .map(({ tenantId, log }) => ({ tenantId, position: log.head.position }))
      .filter(({ tenantId, position }) => tenantId > after && this.published(tenantId) < position)
      .toSorted((one, other) => (one.tenantId < other.tenantId ? -1 : 1))
      .slice(0, limit)
  }

  /** Everything as it is now; the function returned brings it back. */
  snapshot(): () => void {
    const published = new Map(this.#published)
    return () => (this.#published = new Map(published))
  }
}
