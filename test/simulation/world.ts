import type { StreamStore } from '#domain/ports/event-store.ts'
import type { ShadowStore } from '#domain/ports/projection-store.ts'
import type { Mail, Mailer } from '#domain/ports/mailer.ts'
import { tenantIdOf } from '../support/subjects.ts'
import { MemoryDirectory } from '../support/memory-directory.ts'
import { MemoryProjectionStore } from '../support/memory-projection-store.ts'
import { MemoryShadows } from '../support/memory-shadow-store.ts'
import { MemoryStreamStore } from '../support/memory-stream-store.ts'
import { MemoryTenantStorage } from '../support/memory-tenant-storage.ts'
import { Hazards, weatherOf } from './hazards.ts'
import { whenDone } from './when-done.ts'
import { Poison } from './operator/poison.ts'
import type { Process } from './process.ts'
import { Broker } from './rabbitmq/broker.ts'
import { SimulatedPublication } from './rabbitmq/publication.ts'
import type { Scheduler } from './scheduler.ts'
import { simulatedTools, START } from './tools.ts'
import { AS_IT_IS, type Variant } from './variant.ts'

/** What of one tenant outlives every process. */
export interface TenantRecords {
  readonly tenantId: ReturnType<typeof tenantIdOf>
  readonly log: MemoryTenantStorage
  readonly views: MemoryProjectionStore
  readonly shadows: MemoryShadows
}

export type ForwardingStore = Pick<StreamStore, 'append' | 'readStream' | 'readLast' | 'health'>

/** Everything durable, and what goes wrong on the way to it. */
export class World {
  readonly scheduler: Scheduler
  readonly hazards: Hazards
  readonly variant: Variant
  readonly tenants: ReadonlyMap<string, TenantRecords>
  readonly streams = new MemoryStreamStore()
  readonly publication: SimulatedPublication
  readonly broker: Broker | undefined
  readonly poison: Poison
  /** Has everything outlive a crash of the database that has been written. */
  #flush: () => void = () => undefined
  readonly directory: MemoryDirectory
  readonly mails: Mail[] = []
  /** What nobody should ever see, by the invariant it breaks. */
  readonly violations: { readonly invariant: string; readonly detail: string }[] = []

  constructor(scheduler: Scheduler, variant: Variant = AS_IT_IS) {
    this.scheduler = scheduler
    this.variant = variant
    this.hazards = new Hazards(scheduler, weatherOf(scheduler))
    this.directory = new MemoryDirectory(() => this.clock())
    const ids = Array.from({ length: scheduler.random.integer(1, 3) === 1 ? 2 : 1 }, (_, index) =>
      tenantIdOf(index + 1),
    )
    this.tenants = new Map(
      ids.map((tenantId) => {
        const views = new MemoryProjectionStore()
        const log = new MemoryTenantStorage()
        if (this.hazards.weather.runtime === 'container' && !variant.trustsMessages)
          log.checkpoint = () => views.position
        return [tenantId, { tenantId, log, views, shadows: new MemoryShadows(views) }]
      }),
    )
    this.publication = new SimulatedPublication(this.tenants)
    this.broker = this.hazards.weather.broker && new Broker(this)
    this.poison = new Poison(scheduler, this.hazards)
    if (this.hazards.weather.databaseCrashes) this.#crashDatabase()
  }

  /**
   * Projections, and how far logs have been published, are not flushed by themselves: a crash takes those back that came after
   * the last transaction that was.
   */
  #crashDatabase(): void {
    const records = [...this.tenants.values()]
    let restore = () => {}
    const flush = () => {
      const all = records.map(({ log, views }) => ({ log, projected: log.projected, bringBack: views.snapshot() }))
      const bringBackPublished = this.publication.snapshot()
      restore = () => {
        bringBackPublished()
        for (const { log, projected, bringBack } of all) {
          log.forgetProjected(projected)
          bringBack()
        }
      }
    }
    flush()
    this.#flush = flush
    for (const { log, views } of records) {
      // What is rolled back flushes nothing.
      const flushIf = (isWritten: boolean) => void (isWritten && flush())
      whenDone(log, ['commit'], (_, answer) => flushIf(answer === 'committed'))
      whenDone(views, ['skip', 'catchUp'], (_, answer) =>
        flushIf([true, 'committed', 'done'].includes(answer as string)),
      ) // its own answers
      // A page with which a view halts is flushed, as it is written by itself.
      whenDone(views, ['commit'], ([, , , , halts], answer) =>
        flushIf(answer === 'committed' && Array.isArray(halts) && halts.length > 0),
      )
    }
    this.hazards.crashDatabase(() => restore())
  }

  /** The time as a clock shows it that is so much off. */
  clock(skew = 0): number {
    return START + Math.floor(this.scheduler.now) + skew
  }

  tools(skew: number, seed: number) {
    return simulatedTools(seed, () => this.clock(skew))
  }

  /** What a process rebuilds a tenant with. */
  shadowOf(tenantId: string): ShadowStore {
    const shadow = this.recordsOf(tenantId).shadows.store()
    // One that is gone on with is written by nobody.
    whenDone(shadow, ['open'], (_, answer) => void (answer === 0 && this.#flush()))
    whenDone(shadow, ['commit'], (_, answer) => void (answer === 'committed' && this.#flush()))
    whenDone(shadow, ['swap'], (_, answer) => void (answer !== undefined && this.#flush()))
    return shadow
  }

  recordsOf(tenantId: string): TenantRecords {
    const records = this.tenants.get(tenantId)
    if (!records) throw new Error(`there is no tenant ${tenantId}`)
    return records
  }

  violated(invariant: string, detail: string): void {
    this.scheduler.tell('VIOLATION', `${invariant}: ${detail}`)
    this.violations.push({ invariant, detail })
  }

  /** The event store as a process sees it, with all that goes wrong between them. */
  eventStore(process: Process): ForwardingStore {
    const { hazards, streams, scheduler } = this
    const { store } = hazards.weather
    const unavailable = () => {
      if (hazards.storeAway) return 'unavailable'
      return hazards.chance(store.losesRequest) ? 'request lost' : undefined
    }
    const latency = () => (hazards.chance(store.slow) ? 5_000 : 20)
    const read = () => ({ latency: latency(), refuses: unavailable })
    return {
      append: async (stream, expected, events) => {
        const append = async () =>
          hazards.chance(store.notLeader)
            ? ({ kind: 'notLeader', leader: undefined } as const)
            : streams.append(stream, expected, events)
        const link = {
          latency: latency(),
          refuses: unavailable,
          losesReply: () => hazards.chance(store.losesReply),
          repeats: () => hazards.chance(store.twice),
        }
        const what = scheduler.onStep ? `eventStore.append ${events.length} after ${expected}` : 'eventStore.append'
        return process
          .call(what, append, link)
          .catch((fault: unknown) => ({ kind: 'outcomeUnknown', cause: String(fault) }) as const)
      },
      readStream: (stream, from, limit) =>
        process.call('eventStore.readStream', () => streams.readStream(stream, from, limit), read()),
      readLast: (stream) => process.call('eventStore.readLast', () => streams.readLast(stream), read()),
      health: () =>
        process
          .call('eventStore.health', async () => ({ status: 'up', latency: 1 }) as const, read())
          .catch(() => ({ status: 'down', latency: 1 }) as const),
    }
  }

  mailer(process: Process): Mailer {
    return {
      send: (mail) =>
        process.call(
          'mailer.send',
          async () => {
            this.mails.push(mail)
          },
          this.hazards.mail,
        ),
    }
  }
}
