import type { WakeUp } from '#domain/ports/bus.ts'
import type { QueuedOperation } from '#domain/ports/command-queue.ts'
import { dispatchTo } from './deferred.ts'
import type { Cluster, Member } from './member.ts'
import { Messages } from './messages.ts'
import type { World } from './world.ts'

/** Milliseconds until a wake-up comes again whose tenant could not be projected, and how often it does. */
const AGAIN_AFTER = 5_000
const RETRIES = 3

export interface Queues {
  readonly wakeUps: Messages<WakeUp>
  readonly operations: Messages<QueuedOperation>
}

/** The queues between those who answer requests. Whoever takes a message and dies takes it along. */
export function queuesOf(world: World, cluster: Cluster): Queues {
  const { scheduler } = world
  const take = async (work: (member: Member) => Promise<unknown>) => {
    const member = cluster.any()
    if (!member) return undefined
    const done = await work(member)
    member.left?.()
    return done
  }
  const project = async ({ tenantId }: WakeUp, retries: number) => {
    const done = await take((member) => member.project(tenantId))
    if (done === false && retries > 0)
      scheduler.in(AGAIN_AFTER, () => void project({ tenantId, toPosition: 0 }, retries - 1))
  }
  return {
    wakeUps: new Messages<WakeUp>('wake-ups', world, (wakeUp) => void project(wakeUp, RETRIES)),
    operations: new Messages<QueuedOperation>('operations', world, (operation) => {
      void take((member) => member.run(operation, dispatchTo(member, operation.tenantId, world)))
    }),
  }
}
