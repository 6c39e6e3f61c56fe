import { Forwarder } from '#domain/forwarding/forwarder.ts'
import { subjectsOf } from '#domain/events/subject-keys.ts'
import type { Logger } from '#domain/ports/logger.ts'
import type { TenantStorage } from '#domain/ports/tenant-storage.ts'
import { TenantWriterCore } from '#domain/writer/tenant-writer-core.ts'
import { oneAtATime } from '#infrastructure/shared/one-at-a-time.ts'
import { DueProjections } from '#infrastructure/workerd/due-projections.ts'
import type { RemoteWriter } from '#infrastructure/workerd/durable-tenant-writer.ts'
import { ProjectionTurns } from '#infrastructure/workerd/projection-turns.ts'
import { over, type Link, type Process } from '../process.ts'
import type { Queues } from '../queues.ts'
import { loggerOf } from '../read-models.ts'
import type { TenantRecords, World } from '../world.ts'
import type { Alarm } from './alarm.ts'

/** Milliseconds, as the tenant's object has them. */
export const SWEEP_AFTER = 30_000
const REST = 1_000
const FORWARD_RETRY = { first: 1_000, longest: 30_000 }

/** To the storage in an object: always there, and never slow. */
const STORAGE: Link = { latency: 1 }

export interface HostParts {
  readonly world: World
  readonly records: TenantRecords
  readonly process: Process
  readonly seed: number
  readonly alarm: Alarm
  readonly queues: Queues
}

/** One life of a tenant's object, bound together as `TenantObject` is: what it does not write down dies with it. */
export class TenantHost implements RemoteWriter {
  readonly process: Process
  readonly #world: World
  readonly #alarm: Alarm
  readonly #storage: TenantStorage
  readonly #core: TenantWriterCore
  readonly #forwarder: Forwarder
  readonly #turns: ProjectionTurns
  readonly #logger: Logger
  #forwardRetry = FORWARD_RETRY.first
  #forwardAfter = 0

  constructor({ world, records, process, seed, alarm, queues }: HostParts) {
    const { tenantId, log } = records
    const { variant } = world
    this.process = process
    this.#world = world
    this.#alarm = alarm
    this.#logger = loggerOf(world, process)
    const plain = over<TenantStorage>(process, 'storage', log, (method) => (method === 'gather' ? undefined : STORAGE))
    this.#storage = variant.log?.(plain, process) ?? plain
    const positions = { head: log.head.position, projected: log.projected }
    const now = () => world.clock()
    const random = () => world.scheduler.random.next()
    this.#turns = new ProjectionTurns({
      tenantId,
      projections: variant.turns?.(positions, now, random) ?? new DueProjections(positions, now, random),
      saveProjected: (position) => this.#storage.saveProjected(position),
      queue: { publish: (wakeUps) => queues.wakeUps.send(process, wakeUps) },
      logger: this.#logger,
      inBackground: (work) => void work,
      wait: (milliseconds) => process.wait(milliseconds),
      now,
    })
    const store = world.eventStore(process)
    this.#forwarder = new Forwarder({
      tenantId,
      storage: variant.forwarding?.(this.#storage, process) ?? this.#storage,
      store: variant.eventStore?.(store, process) ?? store,
      logger: this.#logger,
    })
    this.#core = new TenantWriterCore({
      tenantId,
      storage: this.#storage,
      tools: world.tools(0, seed),
      mailer: world.mailer(process),
      onOperation: (operationId) => queues.operations.send(process, [{ tenantId, operationId }]),
      admission: (head) => this.#forwarder.admit(head),
      onCommitted: ({ position, due }) => {
        this.#turns.committed(position)
        void this.#forward()
        if (due) void this.#runDue()
      },
    })
  }

  execute: RemoteWriter['execute'] = (...given) => this.#turns.executed(() => this.#core.execute(...given))
  principal: RemoteWriter['principal'] = (...given) => this.#core.principal(...given)
  tenant: RemoteWriter['tenant'] = () => this.#core.tenant()
  user: RemoteWriter['user'] = (...given) => this.#core.user(...given)
  users: RemoteWriter['users'] = () => this.#core.users()
  log: RemoteWriter['log'] = async (...given) => {
    const page = await this.#storage.readEvents(...given)
    return { ...page, subjectKeys: await this.#core.subjectKeys(subjectsOf(page.events)) }
  }
  subjectKeys: RemoteWriter['subjectKeys'] = (...given) => this.#core.subjectKeys(...given)
  confirmProjected: RemoteWriter['confirmProjected'] = (position) => this.#turns.confirm(position)
  confirmTurn: RemoteWriter['confirmTurn'] = (end) => this.#turns.confirmTurn(end)
  submitOperation: RemoteWriter['submitOperation'] = (...given) => this.#core.submitOperation(...given)
  operation: RemoteWriter['operation'] = (...given) => this.#core.operation(...given)
  claimOperation: RemoteWriter['claimOperation'] = (...given) => this.#core.claimOperation(...given)
  releaseOperation: RemoteWriter['releaseOperation'] = (...given) => this.#core.releaseOperation(...given)
  settleOperation: RemoteWriter['settleOperation'] = (...given) => this.#core.settleOperation(...given)

  /** What the alarm does. */
  async sweep(): Promise<void> {
    try {
      if (this.#turns.isBehind) this.#alarm.arm(this.#jittered(SWEEP_AFTER))
      await this.#turns.sweep()
      await this.#core.runDue()
      await this.#armForDueWork()
      this.#forwardAfter = 0
      await this.#forward()
    } catch (fault) {
      this.#logger.error('the tenant’s sweep failed; trying again', { fault: String(fault) })
      this.#alarm.arm(this.#jittered(SWEEP_AFTER))
    }
  }

  async #armForDueWork(): Promise<void> {
    const due = await this.#core.nextDue()
    if (due !== undefined) this.#alarm.arm(Math.max(due - this.#world.clock(), REST))
  }

  readonly #forward = oneAtATime(async () => {
    const { scheduler } = this.#world
    if (scheduler.now < this.#forwardAfter) return
    try {
      const outcome = await this.#forwarder.forward()
      if (outcome.kind !== 'waiting') {
        this.#forwardRetry = FORWARD_RETRY.first
        return
      }
    } catch (fault) {
      this.#logger.error('forwarding failed; the sweep will try again', { fault: String(fault) })
    }
    const wait = this.#jittered(this.#forwardRetry)
    this.#forwardAfter = scheduler.now + wait
    this.#forwardRetry = Math.min(2 * this.#forwardRetry, FORWARD_RETRY.longest)
    this.#alarm.arm(wait)
  })

  readonly #runDue = oneAtATime(async () => {
    try {
      await this.#core.runDue()
      await this.#armForDueWork()
    } catch (fault) {
      this.#logger.error('due work failed; the sweep will try again', { fault: String(fault) })
    }
  })

  #jittered(milliseconds: number): number {
    return milliseconds * (0.5 + this.#world.scheduler.random.next() / 2)
  }
}
