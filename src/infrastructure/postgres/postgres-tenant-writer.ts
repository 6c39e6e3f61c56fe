import { answeredWithin } from '#common/answered-within.ts'
import { timestampOf } from '#domain/ports/clock.ts'
import type { Forwarder } from '#domain/forwarding/forwarder.ts'
import type { Forwarders } from '#domain/forwarding/forwarders.ts'
import type { Bus } from '#domain/ports/bus.ts'
import type { CommandQueue } from '#domain/ports/command-queue.ts'
import type { LogPage } from '#domain/ports/event-store.ts'
import type { Logger } from '#domain/ports/logger.ts'
import type { Mailer } from '#domain/ports/mailer.ts'
import type { TenantWriter } from '#domain/ports/tenant-writer.ts'
import type { WriterTools } from '#domain/writer/decide-batch.ts'
import { RowMemory } from '#domain/writer/known-rows.ts'
import { TenantWriterCore } from '#domain/writer/tenant-writer-core.ts'
import { RecentEvents } from '#infrastructure/shared/recent-events.ts'
import { PostgresTenantStorage } from './postgres-tenant-storage.ts'
import { shareStatements, type SharedStatements } from './shared-statements.ts'
import { READ_WITHIN, type SqlSession } from './sql-session.ts'

interface Entry {
  readonly storage: PostgresTenantStorage
  readonly core: TenantWriterCore
  /** Absent where the log itself is the event store. */
  readonly forwarder?: Forwarder
}

/** Tenants kept in memory; the least recently used idle ones go first. */
const MAX_CORES = 1_000
/** Rows remembered between commits, of all tenants: about 1 kB each. */
const REMEMBERED_ROWS = 50_000
/** Tenants a sweep takes. */
const SWEEP_PAGE = 500
/** Tenants whose due work is done at the same time by a sweep. */
const TENANTS_AT_ONCE = 8

/** Before every tenant that lags. */
const START = { since: '', tenantId: '' }
/**
 * Tenants that lag, with the time of their first event that has not been projected. It is read off the event's text, since
 * jsonb cannot hold every text an event can. The members of a canonical text are sorted, so the last `timestamp` is the
 * event's own and not one of its data.
 */
const LAGGING = `select t.tenant_id, t.position, l.since
  from tenant_log.tenant t
  join tenant_log.event e on e.tenant_id = t.tenant_id and e.position = t.projected + 1
  cross join lateral (select substring(e.body from '.*"timestamp":"([^"]*)"') collate "C" as since) l
  where t.projected < t.position and (l.since, t.tenant_id) > ($1, $2)
  order by l.since, t.tenant_id limit ${SWEEP_PAGE}`

/** Tenants whose log the event store does not hold to its end, and may be sent. */
const TO_FORWARD = `select tenant_id from tenant_log.tenant
  where forwarded < position and fence_reason is null and tenant_id > $1 order by tenant_id limit ${SWEEP_PAGE}`

export interface PostgresTenantWriterOptions {
  readonly session: SqlSession
  readonly tools: WriterTools
  readonly mailer: Mailer
  readonly bus: () => Bus
  readonly commands: CommandQueue
  readonly logger: Logger
  /** Sends what is committed on to an event store; absent where the log itself is the store. */
  readonly forwarders?: Forwarders
}

/** For reads; a command has the session's own bound. */
const inTime = <Answer>(read: Promise<Answer>): Promise<Answer> => answeredWithin(READ_WITHIN, read)

/** The tenant writer of the container: one core a tenant and process over the shared log; replicas meet in the database. */
export class PostgresTenantWriter implements TenantWriter {
  readonly #options: PostgresTenantWriterOptions
  readonly #shared: SharedStatements
  readonly #recent: RecentEvents
  readonly #memory = new RowMemory(REMEMBERED_ROWS)
  readonly #entries = new Map<string, Entry>()
  /** Where the last sweep ended. */
  #swept = START
  /** The last tenant that the last forwarding sweep came to. */
  #forwarded = ''

  constructor(options: PostgresTenantWriterOptions) {
    this.#options = options
    this.#shared = shareStatements(options.session)
    this.#recent = new RecentEvents(options.tools.clock)
  }

  execute: TenantWriter['execute'] = (tenantId, command, metadata) =>
    this.#entry(tenantId).core.execute(command, metadata)

  principal: TenantWriter['principal'] = (tenantId, sessionId) =>
    inTime(this.#entry(tenantId).core.principal(sessionId))

  tenant: TenantWriter['tenant'] = (tenantId) => inTime(this.#entry(tenantId).core.tenant())

  user: TenantWriter['user'] = (tenantId, userId) => inTime(this.#entry(tenantId).core.user(userId))

  users: TenantWriter['users'] = (tenantId) => inTime(this.#entry(tenantId).core.users())

  log: TenantWriter['log'] = (tenantId, after, limit) => this.#entry(tenantId).storage.readEvents(after, limit)

  /** A page of what has been committed here a moment ago, if it is at hand; others may have committed since. */
  lately(tenantId: string, after: number, limit: number): LogPage | undefined {
    return this.#recent.read(tenantId, after, limit)
  }

  subjectKeys: TenantWriter['subjectKeys'] = (tenantId, ids) => this.#entry(tenantId).core.subjectKeys(ids)

  confirmProjected: TenantWriter['confirmProjected'] = (tenantId, position) =>
    this.#entry(tenantId).storage.saveProjected(position)

  submitOperation: TenantWriter['submitOperation'] = (tenantId, id, asked) =>
    this.#entry(tenantId).core.submitOperation(id, asked)

  operation: TenantWriter['operation'] = (tenantId, id) => inTime(this.#entry(tenantId).core.operation(id))

  claimOperation: TenantWriter['claimOperation'] = (tenantId, id) => this.#entry(tenantId).core.claimOperation(id)

  releaseOperation: TenantWriter['releaseOperation'] = (tenantId, id) => this.#entry(tenantId).core.releaseOperation(id)

  settleOperation: TenantWriter['settleOperation'] = (tenantId, id, outcome) =>
    this.#entry(tenantId).core.settleOperation(id, outcome)

  /**
   * Heals what was lost: wakes the projector for tenants that lag, does due work, removes what has expired. Takes a page of
   * tenants, those first that have waited longest, and goes on behind it next time: a page of tenants that cannot be
   * projected keeps nobody else waiting.
   */
  async sweep(): Promise<void> {
    const { session, tools, bus } = this.#options
    const now = tools.clock()
    const [lagging = [], due = []] = await session.transaction('owner', [
      { text: LAGGING, params: [this.#swept.since, this.#swept.tenantId] },
      {
        text: `select tenant_id from tenant_log.tenant where next_due <= $1 order by next_due, tenant_id limit ${SWEEP_PAGE}`,
        params: [timestampOf(now)],
      },
      { text: 'delete from tenant_log.row where expires_at < $1', params: [now] },
    ])
    const last = lagging.length < SWEEP_PAGE ? undefined : lagging.at(-1)
    this.#swept = last ? { since: String(last['since']), tenantId: String(last['tenant_id']) } : START
    await bus().publish(
      lagging.map((row) => ({ tenantId: String(row['tenant_id']), toPosition: Number(row['position']) })),
    )
    // Several at once: where one waits for a mail server, the others do not.
    const waiting = due.map((row) => String(row['tenant_id'])).values()
    await Promise.all(Array.from({ length: TENANTS_AT_ONCE }, () => this.#runDueOf(waiting)))
  }

  /**
   * Sends on to the event store what commits could not, of all tenants: it begins where the last one was stopped, because the
   * store was away, and goes on to those before.
   */
  async forwardLagging(): Promise<void> {
    const { session, forwarders } = this.#options
    if (!forwarders) return
    let isWhole = this.#forwarded === ''
    for (;;) {
      const [rows = []] = await session.transaction('owner', [{ text: TO_FORWARD, params: [this.#forwarded] }])
      const lagging = rows.map((row) => String(row['tenant_id']))
      const left = await forwarders.sweep(lagging, (tenantId) => this.#forwarderOf(tenantId, forwarders))
      this.#forwarded = lagging[lagging.length - left.length - 1] ?? ''
      if (left.length > 0) return
      if (lagging.length === SWEEP_PAGE) continue
      this.#forwarded = ''
      if (isWhole) return
      isWhole = true
    }
  }

  /** Resolves once no command of this process waits or is being committed. */
  get idle(): boolean {
    return [...this.#entries.values()].every(({ core }) => core.idle)
  }

  /** A wake-up that is lost costs only time: the sweep sends it again. */
  async #wake(tenantId: string, toPosition: number): Promise<void> {
    try {
      await this.#options.bus().publish([{ tenantId, toPosition }])
    } catch (fault) {
      this.#options.logger.warn('a wake-up was lost; the sweep will send it again', { tenantId, fault: String(fault) })
    }
  }

  async #runDueOf(tenantIds: Iterable<string>): Promise<void> {
    for (const tenantId of tenantIds) await this.#runDue(tenantId)
  }

  async #runDue(tenantId: string): Promise<void> {
    try {
      await this.#entry(tenantId).core.runDue()
    } catch (fault) {
      this.#options.logger.error('due work failed; the sweep will try again', { tenantId, fault: String(fault) })
    }
  }

  #forwarderOf(tenantId: string, forwarders: Forwarders): Forwarder {
    const { forwarder, storage } = this.#entry(tenantId)
    return forwarder ?? forwarders.open(tenantId, storage)
  }

  #entry(tenantId: string): Entry {
    const known = this.#entries.get(tenantId)
    const entry = known ?? this.#open(tenantId)
    // Moved to the end: a Map keeps the order of insertion, so the front is the least recently used.
    if (known) this.#entries.delete(tenantId)
    this.#entries.set(tenantId, entry)
    return entry
  }

  #open(tenantId: string): Entry {
    if (this.#entries.size >= MAX_CORES) {
      for (const [id, { core }] of this.#entries) {
        if (!core.idle) continue
        this.#entries.delete(id)
        break
      }
    }
    const { session, tools, mailer, forwarders, commands } = this.#options
    const storage = new PostgresTenantStorage(session, this.#shared, tenantId, this.#recent)
    const forwarder = forwarders?.open(tenantId, storage)
    const core = new TenantWriterCore({
      tenantId,
      storage,
      tools,
      mailer,
      memory: this.#memory,
      onOperation: (operationId) => commands.enqueue({ tenantId, operationId }),
      ...(forwarder && { admission: (head) => forwarder.admit(head) }),
      onCommitted: ({ position, due }) => {
        void this.#wake(tenantId, position)
        if (forwarder) void forwarders?.committed(tenantId, forwarder)
        if (due) void this.#runDue(tenantId)
      },
    })
    return { storage, core, ...(forwarder && { forwarder }) }
  }
}
