import { DurableObject } from 'cloudflare:workers'
import type { TenantWriter } from '#domain/ports/tenant-writer.ts'
import { TenantWriterCore } from '#domain/writer/tenant-writer-core.ts'
import { SqliteTenantStorage } from '#infrastructure/workerd/sqlite-tenant-storage.ts'
import { logger, writerParts } from '../src/worker-services.ts'

/** How long the projector has before the sweep looks whether it has followed. */
const SWEEP_AFTER = 30_000
const PRUNE_EVERY = 24 * 3_600_000

/** The arguments of a method of the port after the tenant's id, which the object's name already says. */
type RestOf<Method extends keyof TenantWriter> =
  Parameters<TenantWriter[Method]> extends [string, ...infer Rest] ? Rest : never

/** The writer of one tenant: binds the object's storage, queue and alarm to the core, and decides nothing itself. */
export class TenantObject extends DurableObject<Env> {
  readonly #storage: SqliteTenantStorage
  readonly #core: Promise<TenantWriterCore>
  #armed = false
  #announcing = false
  #announce = 0
  #prunedAt = 0

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#storage = new SqliteTenantStorage(ctx.storage, () => this.#arm(Date.now() + SWEEP_AFTER))
    this.#core = this.#open()
    void ctx.blockConcurrencyWhile(async () => {
      this.#armed = (await ctx.storage.getAlarm()) !== null
    })
  }

  execute(...given: RestOf<'execute'>) {
    return this.#guarded(async (core) => core.execute(...given))
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

  log(...given: RestOf<'log'>) {
    return this.#guarded(() => this.#storage.readEvents(...given))
  }

  subjectKeys(...given: RestOf<'subjectKeys'>) {
    return this.#guarded((core) => core.subjectKeys(...given))
  }

  confirmProjected(...given: RestOf<'confirmProjected'>) {
    return this.#guarded(() => this.#storage.saveProjected(...given))
  }

  /** The sweep. Never throws: a handler that keeps throwing is dropped by the runtime, and the tenant would stand still. */
  override async alarm(): Promise<void> {
    this.#armed = false
    try {
      const core = await this.#core
      await core.runDue()
      const [{ head }, projected] = await Promise.all([this.#storage.readRows([]), this.#storage.readProjected()])
      const lagging = projected < head.position
      if (lagging) await this.#send(head.position)
      if (Date.now() - this.#prunedAt > PRUNE_EVERY) {
        await this.#storage.prune(Date.now())
        this.#prunedAt = Date.now()
      }
      const due = await core.nextDue()
      const sweepAt = lagging ? Date.now() + SWEEP_AFTER * (0.5 + Math.random() / 2) : undefined
      const next = Math.min(sweepAt ?? Infinity, due ?? Infinity)
      if (next !== Infinity) this.#arm(Math.max(next, Date.now() + 1_000))
    } catch (fault) {
      logger.error('the tenant’s sweep failed; trying again', { tenantId: this.ctx.id.name, fault: String(fault) })
      this.#arm(Date.now() + SWEEP_AFTER * (0.5 + Math.random() / 2))
    }
  }

  async #open(): Promise<TenantWriterCore> {
    const { tools, mailer } = await writerParts(this.env)
    return new TenantWriterCore({
      tenantId: this.ctx.id.name ?? '',
      storage: this.#storage,
      tools,
      mailer,
      onCommitted: ({ position, due }) => {
        this.#wake(position)
        if (due) this.ctx.waitUntil(this.#runDue())
      },
    })
  }

  /** Not awaited: set in the turn of the commit, the alarm is kept or lost with it. */
  #arm(at: number): void {
    if (this.#armed) return
    this.#armed = true
    void this.ctx.storage.setAlarm(at)
  }

  /** Tells the projector, once for all commits that happen while the telling is under way. */
  #wake(position: number): void {
    this.#announce = position
    if (this.#announcing) return
    this.#announcing = true
    this.ctx.waitUntil(this.#announceAll())
  }

  async #announceAll(): Promise<void> {
    try {
      let told = 0
      while (told < this.#announce) {
        told = this.#announce
        await this.#send(told)
      }
    } catch (fault) {
      logger.warn('a wake-up was lost; the sweep will send it again', {
        tenantId: this.ctx.id.name,
        fault: String(fault),
      })
    } finally {
      this.#announcing = false
    }
  }

  async #send(toPosition: number): Promise<void> {
    await this.env.WAKE_UPS.send({ tenantId: this.ctx.id.name, toPosition })
  }

  async #runDue(): Promise<void> {
    try {
      const core = await this.#core
      await core.runDue()
      const due = await core.nextDue()
      if (due !== undefined) {
        const alarm = await this.ctx.storage.getAlarm()
        if (alarm === null || due < alarm) await this.ctx.storage.setAlarm(Math.max(due, Date.now() + 1_000))
      }
    } catch (fault) {
      logger.error('due work failed; the sweep will try again', { tenantId: this.ctx.id.name, fault: String(fault) })
    }
  }

  /** Faults leave the object as a plain sentence: what went wrong inside is for the log alone. */
  async #guarded<Result>(work: (core: TenantWriterCore) => Promise<Result>): Promise<Result> {
    try {
      return await work(await this.#core)
    } catch (fault) {
      const told = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)
      logger.error('the tenant writer failed', { tenantId: this.ctx.id.name, fault: told })
      // Without a cause on purpose: it would cross the object's border.
      // oxlint-disable-next-line preserve-caught-error
      throw new Error('the tenant writer failed')
    }
  }
}
