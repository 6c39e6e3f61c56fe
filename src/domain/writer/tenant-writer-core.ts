import { fromBase64Url, toUtf8 } from '#common/bytes.ts'
import type { Outcome } from '#common/outcome.ts'
import type { TenantId, UserId } from '#common/ids.ts'
import { timestampOf } from '../ports/clock.ts'
import type { Mail, Mailer } from '../ports/mailer.ts'
import type { Fresh, Principal } from '../ports/tenant-writer.ts'
import type { StoredRow, TenantStorage } from '../ports/tenant-storage.ts'
import { initialTenant, type TenantState } from '../tenant/tenant-state.ts'
import { initialUser, type UserState } from '../user/user-state.ts'
import type { Command, CommandMetadata, Receipt } from './command.ts'
import { BatchDecider, prefetch, type WriterTools } from './decide-batch.ts'
import { dueTime, taskId } from './due-tasks.ts'
import { livePrincipal } from './principal.ts'
import { rowRange, rowRef, rowValue, type TaskRow } from './rows.ts'
import { ConcurrentCommit, WorkingSet } from './working-set.ts'

/** Most commands one transaction takes. */
const MAX_BATCH = 256
/** Times a batch is decided anew because another replica wrote first; beyond it the commands fail as a fault. */
const MAX_CONFLICTS = 50
const USERS_PAGE = 1_000
const MAX_MAIL_TRIES = 12

interface Waiting {
  readonly command: Command
  readonly metadata: CommandMetadata
  readonly resolve: (outcome: Outcome<Receipt>) => void
  readonly reject: (fault: unknown) => void
}

export interface TenantWriterCoreOptions {
  readonly tenantId: string
  readonly storage: TenantStorage
  readonly tools: WriterTools
  readonly mailer: Mailer
  /** Called after each commit. Must not throw. */
  readonly onCommitted?: (committed: Committed) => void
}

export interface Committed {
  /** Position of the last event of the log. */
  readonly position: number
  /** Whether work that may be due has been written. */
  readonly due: boolean
}

/**
 * The writer of one tenant, whatever it is stored in. Commands that arrive while a transaction is under way are decided and
 * committed together in the next one, in the order of their arrival, each with its own outcome.
 */
export class TenantWriterCore {
  readonly #tenantId: string
  readonly #storage: TenantStorage
  readonly #tools: WriterTools
  readonly #mailer: Mailer
  readonly #onCommitted: (committed: Committed) => void
  #waiting: Waiting[] = []
  #committing = false

  constructor(options: TenantWriterCoreOptions) {
    this.#tenantId = options.tenantId
    this.#storage = options.storage
    this.#tools = options.tools
    this.#mailer = options.mailer
    this.#onCommitted = options.onCommitted ?? (() => undefined)
  }

  /** True while nothing is being decided or waits. */
  get idle(): boolean {
    return !this.#committing && this.#waiting.length === 0
  }

  execute(command: Command, metadata: CommandMetadata): Promise<Outcome<Receipt>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ command, metadata, resolve, reject })
      if (!this.#committing) void this.#work()
    })
  }

  async principal(sessionId: string): Promise<Outcome<Principal>> {
    return this.#reading((rows) => livePrincipal(rows, this.#tenantId, sessionId, this.#tools.clock()))
  }

  async tenant(): Promise<Fresh<TenantState>> {
    return this.#fresh('tenant', this.#tenantId, initialTenant())
  }

  async user(userId: string): Promise<Fresh<UserState>> {
    return this.#fresh('user', userId, initialUser())
  }

  async users(): Promise<{ readonly users: readonly Fresh<UserState>[]; readonly position: number }> {
    const { from, to } = rowRange('user')
    const users: Fresh<UserState>[] = []
    let next = from
    let position: number | undefined
    for (;;) {
      const { rows, head } = await this.#storage.scanRows(next, to, USERS_PAGE)
      position ??= head.position
      for (const row of rows)
        users.push({ state: rowValue('user', row.value), version: row.version, position: head.position })
      const last = rows.at(-1)
      if (!last || rows.length < USERS_PAGE) return { users, position }
      next = `${last.ref}\u0001`
    }
  }

  async subjectKeys(subjectIds: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const { rows } = await this.#storage.readRows(subjectIds.map((id) => rowRef('subjectKey', id)))
    return Object.fromEntries(
      rows.map(({ ref, value }) => [ref.slice('subjectKey/'.length), rowValue('subjectKey', value).wrapped]),
    )
  }

  /** When the next due work falls due, in milliseconds since the epoch; undefined when there is none. */
  async nextDue(): Promise<number | undefined> {
    const { from, to } = rowRange('due')
    const first = (await this.#storage.scanRows(from, to, 1)).rows[0]
    return first && dueTime(first.ref)
  }

  /** Does the work that is due. Work that fails is put off, so one bad piece stops nothing else. Returns how much was done. */
  async runDue(limit = 100): Promise<number> {
    const { from } = rowRange('due')
    const now = this.#tools.clock()
    const { rows } = await this.#storage.scanRows(from, rowRef('due', timestampOf(now + 1)), limit)
    for (const row of rows) await this.#runTask(row, rowValue('due', row.value), now)
    return rows.length
  }

  async #runTask({ ref }: StoredRow, task: TaskRow, now: number): Promise<void> {
    const id = ref.slice('due/'.length)
    if (task.task === 'reactivateUser') {
      const tenantId = this.#tenantId as TenantId // the id this writer was made for
      const userId = task.userId as UserId // stored from a UserId
      const outcome = await this.execute(
        { type: 'user.reactivate', input: { tenantId, userId, trigger: 'reactivationDate' } },
        { commandId: `due/${ref}`, actor: { type: 'system' }, correlationId: ref },
      )
      if (!outcome.ok) await this.#settle(id, undefined)
      return
    }
    const sent = await this.#sendMail(task).then(
      () => true,
      () => false,
    )
    if (sent || task.tries + 1 >= MAX_MAIL_TRIES) return this.#settle(id, undefined)
    const retryAt = now + Math.min(3_600_000, 5_000 * 2 ** task.tries)
    return this.#settle(id, {
      id: taskId(retryAt, 'sendMail', id.slice(id.lastIndexOf('/') + 1)),
      row: { ...task, tries: task.tries + 1 },
    })
  }

  async #sendMail({ subjectId, sealed }: Extract<TaskRow, { task: 'sendMail' }>): Promise<void> {
    const wrapped = (await this.subjectKeys([subjectId]))[subjectId]
    const key = wrapped === undefined ? undefined : this.#tools.keyVault.unwrap(wrapped, subjectId)
    const bytes = fromBase64Url(sealed)
    const text = key && bytes && this.#tools.cryptography.open(key, bytes, subjectId)
    // The person has been erased meanwhile: there is nobody to write to.
    if (!text) return
    await this.#mailer.send(JSON.parse(toUtf8(text)) as Mail) // authenticated: sealed by the decider
  }

  /** Removes a due row, and puts another in its place if the work is to be tried again. */
  async #settle(id: string, again: { readonly id: string; readonly row: TaskRow } | undefined): Promise<void> {
    for (let attempt = 0; attempt < MAX_CONFLICTS; attempt++) {
      const { head } = await this.#storage.readRows([])
      const puts = again ? [{ ref: rowRef('due', again.id), version: 1, value: { ...again.row } }] : []
      const batch = { expected: head, head, events: [], puts, deletes: [rowRef('due', id)] }
      if ((await this.#storage.commit(batch)) === 'committed') return
    }
  }

  async #work(): Promise<void> {
    this.#committing = true
    try {
      await this.#storage.gather()
      while (this.#waiting.length > 0) {
        const batch = this.#waiting.splice(0, MAX_BATCH)
        await this.#process(batch)
        if (this.#waiting.length > 0) await this.#storage.gather()
      }
    } finally {
      this.#committing = false
      // A command may have arrived between the last look and here.
      if (this.#waiting.length > 0) void this.#work()
    }
  }

  async #process(batch: readonly Waiting[]): Promise<void> {
    try {
      for (let attempt = 0; attempt < MAX_CONFLICTS; attempt++) {
        if (await this.#attempt(batch)) return
      }
      throw new Error('the tenant is written to by too many writers at once')
    } catch (fault) {
      for (const { reject } of batch) reject(fault)
    }
  }

  /** Decides and commits a batch once; false when another writer was faster and everything must be decided anew. */
  async #attempt(batch: readonly Waiting[]): Promise<boolean> {
    const rows = new WorkingSet(this.#storage)
    try {
      await prefetch(rows, batch, this.#tenantId, this.#tools.clock())
      const head = await rows.head()
      const decider = new BatchDecider(this.#tenantId, this.#tools, rows, head)
      const settled: (() => void)[] = []
      for (const { command, metadata, resolve, reject } of batch) {
        try {
          const outcome = await decider.decide(command, metadata)
          settled.push(() => resolve(outcome))
        } catch (fault) {
          if (fault instanceof ConcurrentCommit) throw fault
          settled.push(() => reject(fault))
        }
      }
      const changes = rows.changes()
      const wrote = decider.events.length > 0 || changes.puts.length > 0 || changes.deletes.length > 0
      if (wrote) {
        const result = await this.#storage.commit({
          expected: head,
          head: decider.head,
          events: decider.events,
          ...changes,
        })
        if (result === 'conflict') return false
      }
      for (const settle of settled) settle()
      if (wrote) {
        this.#onCommitted({
          position: decider.head.position,
          due: changes.puts.some(({ ref }) => ref.startsWith(rowRange('due').from)),
        })
      }
      return true
    } catch (fault) {
      if (fault instanceof ConcurrentCommit) return false
      throw fault
    }
  }

  async #reading<T>(read: (rows: WorkingSet) => Promise<T>): Promise<T> {
    for (let attempt = 0; attempt < MAX_CONFLICTS; attempt++) {
      try {
        return await read(new WorkingSet(this.#storage))
      } catch (fault) {
        if (!(fault instanceof ConcurrentCommit)) throw fault
      }
    }
    throw new Error('the tenant is written to by too many writers at once')
  }

  async #fresh<Kind extends 'tenant' | 'user', State extends TenantState | UserState>(
    kind: Kind,
    id: string,
    initial: State,
  ): Promise<Fresh<State>> {
    const { rows, head } = await this.#storage.readRows([rowRef(kind, id)])
    const row = rows[0]
    const state = row ? (row.value as unknown as State) : initial // written as this kind's state only
    return { state, version: row?.version ?? 0, position: head.position }
  }
}
