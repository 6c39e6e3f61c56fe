import type { TenantRecords, World } from './world.ts'

/**
 * Milliseconds of virtual time within which, once nothing goes wrong any more, the views have come to the end of a log that has
 * grown, and everything has been published: a sweep and what it has to wait for.
 */
const PATIENCE = 120_000

/** Looks at every step whether projections and publications follow in time once all is well. */
export class Patience {
  readonly #world: World
  /** For each tenant: where its log ended when it was last behind, and since when it has been. */
  readonly #behind = new Map<string, { readonly head: number; readonly since: number }>()

  constructor(world: World) {
    this.#world = world
  }

  look(tenant: TenantRecords): void {
    const { scheduler, hazards } = this.#world
    const { tenantId, log } = tenant
    if (!hazards.areOver || this.hasFollowed(tenant)) {
      this.#behind.delete(tenantId)
      return
    }
    const { position: head } = log.head
    const behind = this.#behind.get(tenantId)
    if (behind?.head !== head) this.#behind.set(tenantId, { head, since: scheduler.now })
    else if (scheduler.now > behind.since + PATIENCE) {
      this.#world.violated(
        'followed in time',
        `${tenantId} is not at ${head} ${PATIENCE / 1_000} s after its last event`,
      )
      // Once is enough.
      this.#behind.set(tenantId, { head, since: Infinity })
    }
  }

  /** Whether views and subscribers have what there is. */
  hasFollowed({ tenantId, log, views }: TenantRecords): boolean {
    const { publication, broker } = this.#world
    const { position } = log.head
    return views.position >= position && (!broker || publication.published(tenantId) >= position)
  }
}
