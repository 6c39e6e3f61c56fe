import { runOperation } from '#api/operations/run-operation.ts'
import type { Forwarder } from '#domain/forwarding/forwarder.ts'
import { Forwarders } from '#domain/forwarding/forwarders.ts'
import type { Bus } from '#domain/ports/bus.ts'
import type { QueuedOperation } from '#domain/ports/command-queue.ts'
import type { Logger } from '#domain/ports/logger.ts'
import type { TenantStorage } from '#domain/ports/tenant-storage.ts'
import type { TenantWriter } from '#domain/ports/tenant-writer.ts'
import type { Projector } from '#domain/projection/projector.ts'
import type { WriterTools } from '#domain/writer/decide-batch.ts'
import { TenantWriterCore } from '#domain/writer/tenant-writer-core.ts'
import { Sweep } from '#infrastructure/node/sweep.ts'
import { RecentEvents } from '#infrastructure/shared/recent-events.ts'
import type { Member } from './member.ts'
import { over, type Process } from './process.ts'
import type { Queues } from './queues.ts'
import { openBus } from './rabbitmq/open-bus.ts'
import { loggerOf, projectorOf } from './read-models.ts'
import { changed } from './variant.ts'
import type { World } from './world.ts'

interface Entry {
  readonly storage: TenantStorage
  readonly core: TenantWriterCore
  readonly forwarder: Forwarder
}

/**
 * One life of a replica: writer, forwarder, projector, sweeps and runner of operations, bound together as the container binds
 * them (`PostgresTenantWriter`, `openPipeline`), over ports that may fail at any time.
 */
export class Replica implements Member {
  readonly process: Process
  readonly tools: WriterTools
  readonly #world: World
  readonly #queues: Queues
  readonly #entries = new Map<string, Entry>()
  readonly #recent: RecentEvents
  readonly #forwarders: Forwarders
  readonly #projector: Projector
  readonly #forwarding: Sweep
  /** Over RabbitMQ, where there is one. */
  readonly #bus: Bus | undefined
  readonly #logger: Logger

  constructor(world: World, process: Process, skew: number, seed: number, queues: Queues) {
    this.process = process
    this.#world = world
    this.#queues = queues
    this.tools = world.tools(skew, seed)
    this.#recent = new RecentEvents(this.tools.clock)
    this.#logger = loggerOf(world, process)
    const { variant } = world
    const eventStore = world.eventStore(process)
    this.#forwarders = new Forwarders({
      store: variant.eventStore?.(eventStore, process) ?? eventStore,
      logger: this.#logger,
      now: this.tools.clock,
      sweepIn: (wait) => this.#forwarding.soon(wait),
    })
    this.#projector = projectorOf(world, {
      process,
      tools: this.tools,
      writer: {
        log: (tenantId, after, limit) => this.#entry(tenantId).storage.readEvents(after, limit),
        subjectKeys: (tenantId, ids) => this.#entry(tenantId).core.subjectKeys(ids),
        confirmProjected: (tenantId, position) => this.#entry(tenantId).storage.saveProjected(position),
      },
      lately: (...page) => this.#recent.read(...page),
      logger: this.#logger,
    })
    const timers = {
      now: this.tools.clock,
      random: () => world.scheduler.random.next(),
      after: (milliseconds: number, run: () => void) => process.after(milliseconds, run),
    }
    const sweep = new Sweep(() => this.#sweep(), this.#logger, { timers })
    this.#forwarding = new Sweep(() => this.#forwardLagging(), this.#logger, { timers })
    const { broker } = world
    const project = async (tenantId: string) => (await this.#projector.project(tenantId)).position
    this.#bus = broker && openBus({ world, broker, process, timers, project, logger: this.#logger })
    if (variant.sweeps?.wakeUps !== false) sweep.start()
    if (variant.sweeps?.forwarding !== false) this.#forwarding.start()
  }

  writer(tenantId: string): TenantWriterCore {
    return this.#entry(tenantId).core
  }

  async project(tenantId: string): Promise<boolean> {
    try {
      await this.#projector.project(tenantId)
      return true
    } catch (fault) {
      this.#logger.error('projection failed; the sweep will try again', { fault: String(fault) })
      return false
    }
  }

  enqueue(operation: QueuedOperation): Promise<void> {
    return this.#queues.operations.send(this.process, [operation])
  }

  async run(operation: QueuedOperation, dispatch: (request: Request) => Promise<Response>): Promise<void> {
    const core = this.writer(operation.tenantId)
    const writer = {
      claimOperation: (_tenantId: string, id: string) => core.claimOperation(id),
      releaseOperation: (_tenantId: string, id: string) => core.releaseOperation(id),
      settleOperation: (_tenantId: string, id: string, outcome: Parameters<TenantWriter['settleOperation']>[2]) =>
        core.settleOperation(id, outcome),
    } as TenantWriter // all that running one needs
    const { keyVault } = this.tools
    await runOperation({ writer, keyVault, publicUrl: 'http://acci.test' }, dispatch, operation).catch(
      (fault: unknown) => this.#logger.warn('an operation will be tried again', { fault: String(fault) }),
    )
  }

  async #sweep(): Promise<void> {
    const { tenants } = this.#world
    const now = this.tools.clock()
    for (const tenantId of tenants.keys()) {
      const { storage, core } = this.#entry(tenantId)
      const { head } = await storage.readRows([])
      if ((await storage.readProjected()) < head.position) await this.#wake(tenantId, head.position)
      const due = await core.nextDue()
      if (due !== undefined && due <= now) await this.#runDue(tenantId)
      await storage.prune(now)
    }
  }

  async #forwardLagging(): Promise<void> {
    const lagging: string[] = []
    for (const tenantId of this.#world.tenants.keys()) {
      const { storage } = this.#entry(tenantId)
      const [{ head }, { forwarded, fence }] = await Promise.all([storage.readRows([]), storage.readForwarding()])
      if (forwarded < head.position && !fence) lagging.push(tenantId)
    }
    await this.#forwarders.sweep(lagging, (tenantId) => this.#entry(tenantId).forwarder)
  }

  async #wake(tenantId: string, toPosition: number): Promise<void> {
    if (this.#bus) return this.#bus.publish([{ tenantId, toPosition }])
    try {
      await this.#queues.wakeUps.send(this.process, [{ tenantId, toPosition }])
      if (this.#world.variant.trustsMessages) await this.#entry(tenantId).storage.saveProjected(toPosition)
    } catch (fault) {
      this.#logger.warn('a wake-up was lost; the sweep will send it again', { tenantId, fault: String(fault) })
    }
  }

  async #runDue(tenantId: string): Promise<void> {
    try {
      await this.#entry(tenantId).core.runDue()
    } catch (fault) {
      this.#logger.error('due work failed; the sweep will try again', { tenantId, fault: String(fault) })
    }
  }

  #entry(tenantId: string): Entry {
    const known = this.#entries.get(tenantId)
    if (known) return known
    const entry = this.#open(tenantId)
    this.#entries.set(tenantId, entry)
    return entry
  }

  /** What is committed is kept for the projector, as `PostgresTenantStorage` does. */
  #keeping(tenantId: string, storage: TenantStorage): TenantStorage {
    return changed<TenantStorage>(storage, {
      commit: async (batch) => {
        const result = await storage.commit(batch)
        if (result === 'committed') this.#recent.add(tenantId, batch)
        return result
      },
      saveProjected: (position) => {
        this.#recent.followed(tenantId, position)
        return storage.saveProjected(position)
      },
    })
  }

  #open(tenantId: string): Entry {
    const { variant, hazards } = this.#world
    const { process, tools } = this
    // Commands gather by themselves, while the transaction before them is on its way.
    const plain = over(process, 'log', this.#world.recordsOf(tenantId).log, (method) =>
      method === 'gather' ? undefined : hazards.log,
    )
    const storage = this.#keeping(tenantId, variant.log?.(plain, process) ?? plain)
    const forwarder = this.#forwarders.open(tenantId, variant.forwarding?.(storage, process) ?? storage)
    const core = new TenantWriterCore({
      tenantId,
      storage,
      tools,
      mailer: this.#world.mailer(process),
      onOperation: (operationId) => this.enqueue({ tenantId, operationId }),
      admission: (head) => forwarder.admit(head),
      onCommitted: ({ position, due }) => {
        void this.#wake(tenantId, position)
        void this.#forwarders.committed(tenantId, forwarder)
        if (due) void this.#runDue(tenantId)
      },
    })
    return { storage, core, forwarder }
  }
}
