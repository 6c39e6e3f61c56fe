import { DurableObject } from 'cloudflare:workers'
import { Forwarder } from '#domain/forwarding/forwarder.ts'
import { subjectsOf } from '#domain/events/subject-keys.ts'
import type { Fence } from '#domain/ports/forwarding.ts'
import type { FenceRelease, Follower, LiftedFence, OutboxEntry } from '#domain/ports/outbox.ts'
import type { TenantWriter } from '#domain/ports/tenant-writer.ts'
import { LAG_THRESHOLD } from '#domain/projection/lag-watch.ts'
import { TenantWriterCore } from '#domain/writer/tenant-writer-core.ts'
import { oneAtATime } from '#infrastructure/shared/one-at-a-time.ts'
import { createCommandQueue } from '#infrastructure/workerd/command-queue.ts'
import { DueProjections } from '#infrastructure/workerd/due-projections.ts'
import type { TurnEnd } from '#infrastructure/workerd/durable-tenant-writer.ts'
import { ProjectionTurns } from '#infrastructure/workerd/projection-turns.ts'
import { createQueueBus } from '#infrastructure/workerd/queue-bus.ts'
import { SqliteTenantStorage } from '#infrastructure/workerd/sqlite-tenant-storage.ts'
import { TenantLag } from '#infrastructure/workerd/tenant-lag.ts'
import { createTenantRegister } from '#infrastructure/workerd/tenant-register.ts'
import { logger, writerParts } from '../src/worker-services.ts'

/** How long the projector has before the sweep looks whether it has followed, in milliseconds. */
const SWEEP_AFTER = 30_000
/** Shortest time to the next alarm: due work that fails at once must not turn into a loop. */
const REST = 1_000
/** Time to the next try of an event store that did not take a batch: doubled each time between these bounds. */
const FORWARD_RETRY = { first: 1_000, longest: 30_000 }
const PRUNE_EVERY = 24 * 3_600_000

/** Objects that failed together must not come back together. */
const withJitter = (milliseconds: number) => milliseconds * (0.5 + Math.random() / 2)

/** The arguments of a method of the port after the tenant's id, which the object's name already says. */
type RestOf<Method extends keyof TenantWriter> =
  Parameters<TenantWriter[Method]> extends [string, ...infer Rest] ? Rest : never

interface Parts {
  readonly core: TenantWriterCore
  /** Absent where the log itself is the event store. */
  readonly forwarder: Forwarder | undefined
}

/** The writer of one tenant: binds the object's storage, queue and alarm to the core, and decides nothing itself. */
export class TenantObject extends DurableObject<Env> {
  readonly #storage: SqliteTenantStorage
  readonly #parts: Promise<Parts>
  /** When the alarm goes off, in milliseconds since the epoch. */
  #alarmAt: number | undefined
  readonly #turns: ProjectionTurns
  readonly #lag: TenantLag
  /** Position that the event store had come to when it was last tried. */
  #forwarded = 0
  #forwardRetry: number = FORWARD_RETRY.first
  /** Before then a commit leaves the event store alone: the alarm tries it. */
  #forwardAfter = 0

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#storage = new SqliteTenantStorage(ctx.storage, () => this.#arm(Date.now() + SWEEP_AFTER))
    const { name: tenantId = '' } = ctx.id
    const projections = new DueProjections(this.#storage.positions)
    this.#lag = new TenantLag({ tenantId, storage: this.#storage, projections, logger })
    this.#turns = new ProjectionTurns({
      tenantId,
      projections,
      lag: this.#lag,
      saveProjected: (position) => this.#storage.saveProjected(position),
      queue: { publish: (wakeUps) => createQueueBus(this.env.WAKE_UPS).publish(wakeUps) },
      logger,
      inBackground: (work) => ctx.waitUntil(work),
      wait: (milliseconds) => scheduler.wait(milliseconds),
    })
    this.#parts = this.#open()
    // Who waits for the parts is told; without anybody waiting the runtime would report it as unhandled.
    this.#parts.catch(() => undefined)
    void ctx.blockConcurrencyWhile(async () => {
      this.#alarmAt = (await ctx.storage.getAlarm()) ?? undefined
    })
  }

  execute(...given: RestOf<'execute'>) {
    return this.#turns.executed(() => this.#guarded(async (core) => core.execute(...given)))
  }

  principal(...given: RestOf<'principal'>) {
    return this.#guarded((core) => core.principal(...given))
  }

  tenant() {
    return this.#guarded((core) => core.tenant())
  }

  user(...given: RestOf<'user'>) {
    return this.#guarded((core) => core.user(...given))
  }

  users() {
    return this.#guarded((core) => core.users())
  }

  /** With the keys that opening the page takes, so that nobody calls a second time for them. */
  log(...given: RestOf<'log'>) {
    return this.#guarded(async (core) => {
      const page = await this.#storage.readEvents(...given)
      return { ...page, subjectKeys: await core.subjectKeys(subjectsOf(page.events)) }
    })
  }

  subjectKeys(...given: RestOf<'subjectKeys'>) {
    return this.#guarded((core) => core.subjectKeys(...given))
  }

  confirmProjected(...[position]: RestOf<'confirmProjected'>) {
    return this.#guarded(() => this.#turns.confirm(position))
  }

  /** Confirms, and ends a turn. Answers with the next one, if there is one to take. */
  confirmTurn(end: TurnEnd) {
    return this.#guarded(() => this.#turns.confirmTurn(end))
  }

  submitOperation(...given: RestOf<'submitOperation'>) {
    return this.#guarded((core) => core.submitOperation(...given))
  }

  operation(...given: RestOf<'operation'>) {
    return this.#guarded((core) => core.operation(...given))
  }

  claimOperation(...given: RestOf<'claimOperation'>) {
    return this.#guarded((core) => core.claimOperation(...given))
  }

  releaseOperation(...given: RestOf<'releaseOperation'>) {
    return this.#guarded((core) => core.releaseOperation(...given))
  }

  settleOperation(...given: RestOf<'settleOperation'>) {
    return this.#guarded((core) => core.settleOperation(...given))
  }

  /** Where the log and its followers stand; undefined where there is no log. For operators, as all that follows. */
  outboxEntry(follower: Follower): Promise<OutboxEntry | undefined> {
    return this.#guarded(async () => {
      const { position, hash } = this.#storage.head
      const { name: tenantId } = this.ctx.id
      if (position === 0 || tenantId === undefined) return undefined
      const { forwarded, fence } = await this.#storage.readForwarding()
      const { projected } = this.#turns
      const waitingSince = this.#storage.timestampAt((follower === 'projected' ? projected : forwarded) + 1)
      return {
        tenantId,
        position,
        hash,
        projected,
        forwarded,
        ...(fence && { fence }),
        ...(waitingSince !== undefined && { waitingSince }),
      }
    })
  }

  /** Lifts a fence and sends on what has waited behind it. False when that fence does not stand any more. */
  releaseFence(fence: Fence, release: FenceRelease): Promise<boolean> {
    return this.#guarded(() => {
      const isLifted = this.#storage.releaseFence(fence, release, Date.now())
      if (isLifted) {
        this.#forwardAfter = 0
        this.ctx.waitUntil(this.#forward())
      }
      return Promise.resolve(isLifted)
    })
  }

  fenceReleases(): Promise<readonly LiftedFence[]> {
    return this.#guarded(() => Promise.resolve(this.#storage.fenceReleases()))
  }

  /** The sweep. Never throws: a handler that keeps throwing is dropped by the runtime, and the tenant would stand still. */
  override async alarm(): Promise<void> {
    this.#alarmAt = undefined
    try {
      const { core } = await this.#parts
      const { isBehind } = this.#turns
      if (isBehind) this.#arm(Date.now() + withJitter(SWEEP_AFTER))
      await this.#turns.sweep()
      // Whoever does not know how far the projector came looks again when it has had the time to say so.
      if (isBehind && this.#lag.isDoubtful) this.#arm(Date.now() + LAG_THRESHOLD)
      this.#lag.look()
      await this.#enlist()
      await core.runDue()
      const now = Date.now()
      if (now - this.#storage.prunedAt > PRUNE_EVERY) await this.#storage.prune(now)
      await this.#armForDueWork(core)
      this.#forwardAfter = 0
      await this.#forward()
    } catch (fault) {
      logger.error('the tenant’s sweep failed; trying again', { tenantId: this.ctx.id.name, fault: String(fault) })
      this.#arm(Date.now() + withJitter(SWEEP_AFTER))
    }
  }

  async #open(): Promise<Parts> {
    const tenantId = this.ctx.id.name
    if (tenantId === undefined) throw new Error('a tenant’s object is called by the tenant’s id')
    const { tools, mailer, eventStore: store } = await writerParts(this.env)
    const storage = this.#storage
    const forwarder = store && new Forwarder({ tenantId, storage, store, logger })
    const core = new TenantWriterCore({
      tenantId,
      storage,
      tools,
      mailer,
      onOperation: (operationId) => createCommandQueue(this.env.COMMANDS).enqueue({ tenantId, operationId }),
      ...(forwarder && { admission: (head) => forwarder.admit(head) }),
      onCommitted: ({ position, due }) => {
        this.#turns.committed(position)
        if (!this.#storage.isEnlisted) this.ctx.waitUntil(this.#enlistSoon())
        if (forwarder) this.ctx.waitUntil(this.#forward())
        if (due) this.ctx.waitUntil(this.#runDue())
      },
    })
    return { core, forwarder }
  }

  /** Sets the alarm unless it goes off earlier anyway. Not awaited: set in the turn of a commit, it is kept or lost with it. */
  #arm(at: number): void {
    if (this.#alarmAt !== undefined && this.#alarmAt <= at) return
    this.#alarmAt = at
    void this.ctx.storage.setAlarm(at)
  }

  async #armForDueWork(core: TenantWriterCore): Promise<void> {
    const due = await core.nextDue()
    if (due !== undefined) this.#arm(Math.max(due, Date.now() + REST))
  }

  /** Sends what has been committed on to the event store. While that is away, the alarm tries it again. */
  readonly #forward = oneAtATime(async () => {
    if (Date.now() < this.#forwardAfter) return
    const { name: tenantId } = this.ctx.id
    try {
      const { forwarder } = await this.#parts
      const outcome = await forwarder?.forward()
      if (outcome?.kind !== 'waiting') {
        this.#forwardRetry = FORWARD_RETRY.first
        return
      }
      // It is there, and stopped only at one of the batches: the runtime bounds the requests of one run.
      if (outcome.position > this.#forwarded) this.#forwardRetry = FORWARD_RETRY.first
      this.#forwarded = outcome.position
    } catch (fault) {
      logger.error('forwarding failed; the sweep will try again', { tenantId, fault: String(fault) })
    }
    this.#forwardAfter = Date.now() + withJitter(this.#forwardRetry)
    this.#forwardRetry = Math.min(2 * this.#forwardRetry, FORWARD_RETRY.longest)
    this.#arm(this.#forwardAfter)
  })

  readonly #runDue = oneAtATime(async () => {
    try {
      const { core } = await this.#parts
      await core.runDue()
      await this.#armForDueWork(core)
    } catch (fault) {
      logger.error('due work failed; the sweep will try again', { tenantId: this.ctx.id.name, fault: String(fault) })
    }
  })

  /** Has the register know of the tenant, once and for all. */
  async #enlist(): Promise<void> {
    const { name: tenantId } = this.ctx.id
    if (tenantId === undefined || this.#storage.head.position === 0 || this.#storage.isEnlisted) return
    await createTenantRegister(this.env.TENANT_REGISTER).enlist(tenantId)
    this.#storage.saveEnlisted()
  }

  /** After the first commit; the alarm that comes with it tries again what has failed. */
  readonly #enlistSoon = oneAtATime(() =>
    this.#enlist().catch((fault: unknown) =>
      logger.warn('the register of tenants did not answer; the sweep will try again', {
        tenantId: this.ctx.id.name,
        fault: String(fault),
      }),
    ),
  )

  /** Faults leave the object as a plain sentence: what went wrong inside is for the log alone. */
  async #guarded<Result>(work: (core: TenantWriterCore) => Promise<Result>): Promise<Result> {
    try {
      return await work((await this.#parts).core)
    } catch (fault) {
      const told = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)
      logger.error('the tenant writer failed', { tenantId: this.ctx.id.name, fault: told })
      // Without a cause on purpose: it would cross the object's border.
      // oxlint-disable-next-line preserve-caught-error
      throw new Error('the tenant writer failed')
    }
  }
}
