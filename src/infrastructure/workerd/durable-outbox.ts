import type { Fence } from '#domain/ports/forwarding.ts'
import type { FenceRelease, Follower, LiftedFence, Outbox, OutboxEntry } from '#domain/ports/outbox.ts'
import { calledObject } from './called-object.ts'
import type { TenantNamespace } from './durable-tenant-writer.ts'
import type { TenantRegister } from './tenant-register.ts'

/** What a tenant's object says of its log to operators. */
interface RemoteOutbox {
  outboxEntry(follower: Follower): Promise<OutboxEntry | undefined>
  releaseFence(fence: Fence, release: FenceRelease): Promise<boolean>
  fenceReleases(): Promise<readonly LiftedFence[]>
}

/** The outbox of the edge: each tenant's object says where its log stands; the register knows which tenants there are. */
export function createDurableOutbox(namespace: TenantNamespace, register: Pick<TenantRegister, 'list'>): Outbox {
  const call = <Answer>(tenantId: string, ask: (outbox: RemoteOutbox) => Promise<Answer>): Promise<Answer> =>
    calledObject(() => {
      // The runtime's own type of a stub wraps every value it may give back; these are plain data.
      const object: unknown = namespace.getByName(tenantId)
      return ask(object as RemoteOutbox) // the object's own methods
    })
  const tenant: Outbox['tenant'] = (tenantId, follower = 'forwarded') =>
    call(tenantId, (object) => object.outboxEntry(follower))
  return {
    tenant,
    async page(after, limit, follower) {
      const ids = await register.list(after, limit)
      const answers = await Promise.allSettled(ids.map((id) => tenant(id, follower)))
      const next = ids.length < limit ? undefined : ids.at(-1)
      return {
        entries: answers.flatMap((answer) => (answer.status === 'fulfilled' ? (answer.value ?? []) : [])),
        unanswered: ids.filter((_id, index) => answers[index]?.status === 'rejected'),
        ...(next !== undefined && { next }),
      }
    },
    release: (tenantId, fence, release) => call(tenantId, (object) => object.releaseFence(fence, release)),
    releases: (tenantId) => call(tenantId, (object) => object.fenceReleases()),
  }
}
