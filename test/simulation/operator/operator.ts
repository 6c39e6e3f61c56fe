import { DirectoryFollower } from '#domain/directory/directory-follower.ts'
import type { Logger } from '#domain/ports/logger.ts'
import type { ShadowStore } from '#domain/ports/projection-store.ts'
import type { TenantStorage } from '#domain/ports/tenant-storage.ts'
import type { Projector } from '#domain/projection/projector.ts'
import { rebuild } from '#domain/projection/rebuild.ts'
import { VIEW_NAMES, type ViewName } from '#domain/projection/views.ts'
import type { WriterTools } from '#domain/writer/decide-batch.ts'
import { TenantWriterCore } from '#domain/writer/tenant-writer-core.ts'
import { ROUND } from '../client.ts'
import { over, Process, Unanswered } from '../process.ts'
import { loggerOf, pagesOf, projectorOf, readModelsOf } from '../read-models.ts'
import { checkViews } from '../view-rows.ts'
import type { TenantRecords, World } from '../world.ts'

/** Longest time that he is later than the clients, who commit then, in milliseconds. */
const LATER = 60
/** Longest time between two looks, and until the operator goes on beside a command that has not ended, in milliseconds. */
const LOOKS_AFTER = 3_000
const PATIENCE = 10_000
/** Chance of a command to be followed by another one while it is under way, and how soon that is, in milliseconds. */
const HASTY = 0.2
const HASTE = 60
/** Chance of a row to have been damaged when he looks, as long as things go wrong. */
const DAMAGED = 0.15
/** A name that nobody has given. */
const DAMAGE = 'damaged'

/** Somebody who looks after views that stand still, with the commands of `acci projections`, each a process of its own. */
export class Operator {
  readonly #world: World
  #commands = 0
  /** Commands that have not ended. */
  readonly #running = new Set<Process>()
  /** Rebuilds that ended well, having gone on with an interrupted one. */
  resumed = 0

  constructor(world: World) {
    this.#world = world
    void this.#work()
  }

  /** Whether there is nothing left to do. */
  get isDone(): boolean {
    return (
      this.#running.size === 0 &&
      [...this.#world.tenants.values()].every(({ views }) => views.isFollowing && !isDamaged(views))
    )
  }

  async #work(): Promise<void> {
    const { scheduler, tenants } = this.#world
    const { random } = scheduler
    let isHasty = false
    for (;;) {
      if (!isHasty) await this.#pause(random.next() * LOOKS_AFTER)
      // Projectors are at work just then.
      if (!isHasty && random.next() < 0.9) await this.#pause(ROUND - (scheduler.now % ROUND) + random.next() * LATER)
      const records = [...tenants.values()][random.integer(0, tenants.size - 1)]
      if (!records) return
      this.#damage(records)
      const command = await this.#chosen(records)
      isHasty = false
      if (!command) continue
      const { hazards } = this.#world
      const process = new Process(scheduler, `operator ${++this.#commands}`, hazards.dies)
      const tools = new Tools(this.#world, process, records, random.integer(0, 2 ** 31))
      const ended = this.#ended(process, () => command(tools))
      // Who is not patient enough begins another command beside it.
      isHasty = hazards.chance(HASTY)
      await Promise.race([ended, this.#pause(random.next() * (isHasty ? HASTE : PATIENCE))])
    }
  }

  /** Resolves when a command is through, or its process has died. */
  async #ended(process: Process, command: () => Promise<void>): Promise<void> {
    this.#running.add(process)
    const died = new Promise<void>((resolve) => void process.atDeath(resolve))
    const told = command().catch((fault: unknown) => {
      this.#world.scheduler.tell(process.name, `ends with ${String(fault)}`)
      if (!(fault instanceof Unanswered)) this.#world.violated('commands of an operator end', String(fault))
    })
    await Promise.race([died, told])
    this.#running.delete(process)
  }

  /** What to do about a tenant, if there is something. */
  async #chosen(records: TenantRecords): Promise<((tools: Tools) => Promise<void>) | undefined> {
    const { poison, hazards, scheduler } = this.#world
    const { random } = scheduler
    const { views } = records
    const halts = await views.halts()
    const halt = halts[random.integer(0, halts.length - 1)]
    if (isDamaged(views) && random.next() < 0.5) return (tools) => this.#rebuild(tools, VIEW_NAMES)
    if (!halt) return hazards.chance(0.2) ? (tools) => this.#rebuild(tools, some(random.integer(1, 15))) : undefined
    const { view, position } = halt
    const choice = random.next()
    if (choice < 0.15) return (tools) => this.#rebuild(tools, random.next() < 0.5 ? [view] : VIEW_NAMES)
    if (choice < 0.35 || (poison.isForGood(halt.eventId) && choice < 0.8)) return (tools) => tools.skip(view, position)
    return (tools) => tools.retry(view)
  }

  async #rebuild(tools: Tools, views: readonly ViewName[]): Promise<void> {
    // A rebuild would mend what is wrong, and nobody would see it.
    await checkViews(
      this.#world,
      tools.records,
      VIEW_NAMES.filter((name) => name !== 'user_profile' || !isDamaged(tools.records.views)),
    )
    let isFresh = false
    const result = await tools.rebuild(views, (position) => (isFresh = position === 0))
    if (result.kind === 'rebuilt' && !isFresh) this.resumed++
  }

  #damage({ tenantId, views }: TenantRecords): void {
    const { hazards, scheduler } = this.#world
    const rows = views.rows('user_profile')
    const row = rows[scheduler.random.integer(0, rows.length - 1)]
    if (!row || !hazards.chance(DAMAGED)) return
    scheduler.tell('somebody', `damages the row of ${row.key} of ${tenantId}`)
    views.damage('user_profile', { ...row, displayName: DAMAGE } as typeof row)
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.#world.scheduler.in(milliseconds, resolve))
  }
}

/** Whether one of the rows is not what it was made. */
const isDamaged = (views: TenantRecords['views']): boolean =>
  views.rows('user_profile').some((row) => (row as { readonly displayName?: string }).displayName === DAMAGE)

/** Some of the views, by the bits of a number. */
const some = (bits: number): readonly ViewName[] => VIEW_NAMES.filter((_, index) => (bits >> index) & 1)

/** What a command of the operator's works with: its own process, and what it reaches from there. */
class Tools {
  readonly records: TenantRecords
  readonly #world: World
  readonly #process: Process
  readonly #tools: WriterTools
  readonly #storage: TenantStorage
  readonly #core: TenantWriterCore
  readonly #projector: Projector
  readonly #logger: Logger

  constructor(world: World, process: Process, records: TenantRecords, seed: number) {
    this.#world = world
    this.#process = process
    this.records = records
    this.#tools = world.tools(0, seed)
    this.#logger = loggerOf(world, process)
    this.#storage = over<TenantStorage>(process, 'log', records.log, () => world.hazards.log)
    const storage = this.#storage
    this.#core = new TenantWriterCore({
      tenantId: records.tenantId,
      storage,
      tools: this.#tools,
      mailer: world.mailer(process),
      onOperation: () => Promise.resolve(),
      onCommitted: () => undefined,
    })
    const writer = this.#writer
    this.#projector = projectorOf(world, { process, tools: this.#tools, writer, logger: this.#logger })
  }

  get #writer() {
    return {
      log: (_tenantId: string, after: number, limit: number) => this.#storage.readEvents(after, limit),
      subjectKeys: (_tenantId: string, ids: readonly string[]) => this.#core.subjectKeys(ids),
      confirmProjected: (_tenantId: string, position: number) => this.#storage.saveProjected(position),
    }
  }

  async retry(view: ViewName): Promise<void> {
    this.#tell(`retries ${view}`)
    const halt = await this.#projector.retry(this.records.tenantId, view)
    this.#tell(halt ? `${view} stands at ${halt.position}` : `${view} follows`)
  }

  async skip(view: ViewName, position: number): Promise<void> {
    this.#tell(`has ${view} skip ${position}`)
    const { tenantId } = this.records
    const skipped = { view, position, reason: 'nobody can read it', by: this.#process.name }
    if (await readModelsOf(this.#world, this.#process).skip(tenantId, skipped)) await this.retry(view)
  }

  /** @param onBegin is told where the rebuild begins */
  async rebuild(views: readonly ViewName[], onBegin: (position: number) => void) {
    const { variant, hazards, poison, scheduler } = this.#world
    const { tenantId } = this.records
    this.#tell(`rebuilds ${views.join(', ')}`)
    const store = readModelsOf(this.#world, this.#process)
    const plain = over<ShadowStore>(this.#process, 'shadow', this.#world.shadowOf(tenantId), () => hazards.readModels)
    const opened: ShadowStore = {
      open: async (...given) => {
        const position = await plain.open(...given)
        onBegin(position)
        return position
      },
      load: (...given) => plain.load(...given),
      commit: (...given) => plain.commit(...given),
      swap: (...given) => plain.swap(...given),
    }
    const result = await rebuild(tenantId, views, {
      source: pagesOf(this.#world, this.#writer),
      store,
      shadow: variant.shadow?.(opened, store) ?? opened,
      writer: this.#writer,
      names: new DirectoryFollower({
        directory: over(this.#process, 'directory', this.#world.directory, () => hazards.directory),
        keyVault: this.#tools.keyVault,
        logger: this.#logger,
      }),
      cryptography: poison.cryptography(this.#tools.cryptography),
      keyVault: this.#tools.keyVault,
      now: () => scheduler.now,
    })
    this.#tell(`the rebuild is ${JSON.stringify(result.kind)}`)
    return result
  }

  #tell(what: string): void {
    this.#world.scheduler.tell(this.#process.name, what)
  }
}
