import type { Cluster, Member } from './member.ts'
import type { World } from './world.ts'

/** When a client stops waiting for an answer, and the longest time of a request on its way, in milliseconds. */
const PATIENCE = 5_000
const LATENCY = 10

/** What a client asks of any replica. Undefined when no answer has come: whether anything has been done is unknown. */
export function overNetwork<T>(
  world: World,
  cluster: Cluster,
  client: string,
  what: string,
  ask: (member: Member) => Promise<T>,
): Promise<T | undefined> {
  const { scheduler, hazards } = world
  const isLost = () => hazards.chance(hazards.weather.client)
  return new Promise((resolve) => {
    let isAnswered = false
    const answer = (value: T | undefined, told: string) => {
      if (isAnswered) return
      isAnswered = true
      if (scheduler.onStep) scheduler.tell(client, `${what}: ${told}`)
      resolve(value)
    }
    let asked: Member | undefined
    scheduler.in(PATIENCE, () => {
      if (!isAnswered) asked?.left?.()
      answer(undefined, 'no answer')
    })
    if (isLost()) return
    scheduler.in(scheduler.random.next() * LATENCY, () => {
      const replica = cluster.any()
      if (!replica) return answer(undefined, 'connection refused')
      asked = replica
      const reply = (value: T | undefined, told: string) => {
        replica.left?.()
        if (!isLost()) scheduler.in(scheduler.random.next() * LATENCY, () => answer(value, told))
      }
      ask(replica).then(
        (value) => reply(value, scheduler.onStep ? shown(replica, value) : ''),
        (fault: unknown) => reply(undefined, `${replica.process.name} answers with a fault: ${String(fault)}`),
      )
    })
  })
}

const shown = ({ process }: Member, value: unknown) => `${process.name} answers ${JSON.stringify(value).slice(0, 160)}`
