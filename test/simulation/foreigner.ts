import { tenantStream } from '#domain/event-store/stream-event.ts'
import type { World } from './world.ts'

const ID = '00000000-0000-4000-8000-000000000000'

/** Somebody who has no business there writes to a tenant's stream once. */
export function sendForeigner(world: World): void {
  const { scheduler, streams, tenants } = world
  const [tenantId] = tenants.keys()
  if (tenantId === undefined) return
  scheduler.in(scheduler.random.next() * 20_000, () => {
    const stream = tenantStream(tenantId)
    const end = (streams.streams.get(stream)?.length ?? 0) - 1
    scheduler.tell('somebody', `writes a foreign event to ${stream}`)
    void streams.append(stream, end < 0 ? 'noStream' : end, [{ id: ID, type: 'foreign', data: {}, metadata: {} }])
  })
}

/** Where the foreign event is. */
export function foreignRevision({ streams }: World, stream: string): number | undefined {
  return streams.streams.get(stream)?.find(({ id }) => id === ID)?.revision
}
