import type { DueProjection } from '#infrastructure/workerd/due-projections.ts'
import type { RemoteWriter } from '#infrastructure/workerd/durable-tenant-writer.ts'
import { Process } from '../process.ts'
import type { Queues } from '../queues.ts'
import type { World } from '../world.ts'
import { Alarm } from './alarm.ts'
import { whenDone } from '../when-done.ts'
import { SWEEP_AFTER, TenantHost } from './tenant-host.ts'
import type { TurnWatch } from './turn-watch.ts'

/** Milliseconds until an alarm whose object died over it goes off again. */
const RUNG_AGAIN = 2_000

/** The tenants' objects: each begins when it is called, and again after it has died. */
export class Objects {
  readonly #world: World
  readonly #queues: Queues
  readonly #turns: TurnWatch
  readonly #hosts = new Map<string, TenantHost>()
  readonly #alarms = new Map<string, Alarm>()
  deaths = 0

  constructor(world: World, queues: Queues, turns: TurnWatch) {
    this.#world = world
    this.#queues = queues
    this.#turns = turns
    for (const { tenantId, log } of world.tenants.values())
      whenDone(
        log,
        ['commit'],
        (_, result) => void (result === 'committed' && this.#alarmOf(tenantId).arm(SWEEP_AFTER)),
      )
  }

  /** An object as a Worker calls it. */
  reachedFrom(caller: Process, tenantId: string): RemoteWriter {
    const call = (method: keyof RemoteWriter, given: readonly unknown[]) =>
      caller.call(`object.${method}`, () => this.#called(tenantId, method, given), this.#world.hazards.object)
    return new Proxy({} as RemoteWriter, {
      get:
        (_, method) =>
        (...given: readonly unknown[]) =>
          call(method as keyof RemoteWriter, given), // asked for nothing else
    })
  }

  #alarmOf(tenantId: string): Alarm {
    const known = this.#alarms.get(tenantId)
    if (known) return known
    const alarm: Alarm = new Alarm(this.#world.scheduler, () => void this.#ring(tenantId, alarm))
    this.#alarms.set(tenantId, alarm)
    return alarm
  }

  async #ring(tenantId: string, alarm: Alarm): Promise<void> {
    const host = this.#host(tenantId)
    this.#world.scheduler.tell(host.process.name, 'is woken by its alarm')
    const callOff = host.process.atDeath(() => alarm.arm(RUNG_AGAIN))
    await host.sweep()
    callOff()
  }

  /** The end of an object ends the calls of it. */
  async #called(tenantId: string, method: keyof RemoteWriter, given: readonly unknown[]): Promise<unknown> {
    const host = this.#host(tenantId)
    const run = host[method] as (...given: readonly unknown[]) => Promise<unknown> // with what it is called with
    const reset = Promise.withResolvers<never>()
    const callOff = host.process.atDeath(() =>
      reset.reject(Object.assign(new Error('the object was reset'), { retryable: true, durableObjectReset: true })),
    )
    try {
      const answer = await Promise.race([run(...given), reset.promise])
      this.#turns.handedOut(host.process, tenantId, turnIn(method, answer))
      return answer
    } finally {
      callOff()
    }
  }

  #host(tenantId: string): TenantHost {
    const known = this.#hosts.get(tenantId)
    if (known?.process.alive) return known
    const { scheduler, hazards } = this.#world
    const process = new Process(scheduler, `object ${tenantId.slice(-1)}`, hazards.dies)
    process.atDeath(() => this.deaths++)
    const host = new TenantHost({
      world: this.#world,
      records: this.#world.recordsOf(tenantId),
      process,
      seed: scheduler.random.integer(0, 2 ** 31),
      alarm: this.#alarmOf(tenantId),
      queues: this.#queues,
    })
    this.#hosts.set(tenantId, host)
    return host
  }
}

/** The turn that an answer takes along. */
function turnIn(method: keyof RemoteWriter, answer: unknown): DueProjection | undefined {
  if (method === 'execute') return (answer as { readonly projection?: DueProjection }).projection // as its type says
  return method === 'confirmTurn' ? (answer as DueProjection | undefined) : undefined // as its type says
}
