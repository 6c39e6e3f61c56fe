import { accept, type Outcome } from '#common/outcome.ts'
import type { TenantId, UserId } from '#common/ids.ts'
import { timestampOf } from '../ports/clock.ts'
import type { Mailer } from '../ports/mailer.ts'
import type { Fresh, PrincipalAtHead } from '../ports/tenant-writer.ts'
import type { TenantStorage } from '../ports/tenant-storage.ts'
import { initialTenant, type TenantState } from '../tenant/tenant-state.ts'
import { initialUser, type UserState } from '../user/user-state.ts'
import type { Command, CommandMetadata, Receipt } from './command.ts'
import { BatchDecider, prefetch, type Admission, type WriterTools } from './decide-batch.ts'
import { dueTime, taskId } from './due-tasks.ts'
import { claimTasks, sendMail } from './due-work.ts'
import {
  claimOperation,
  isFinal,
  lookAfter,
  operationDue,
  releaseOperation,
  settleOperation,
  submitOperation,
  type OperationRow,
} from './operations.ts'
import { KnownRows, RowMemory } from './known-rows.ts'
import { livePrincipal } from './principal.ts'
import { rowRange, rowRef, rowValue, type TaskRow } from './rows.ts'
import { ConcurrentCommit, WorkingSet } from './working-set.ts'

/** Most commands one transaction takes. */
const MAX_BATCH = 256
/** Times a batch is decided anew because another replica wrote first; beyond it the commands fail as a fault. */
const MAX_CONFLICTS = 50
const USERS_PAGE = 1_000
/** Rows that a writer remembers by itself. */
const REMEMBERED_ROWS = 200
/** Due tasks claimed and done together. */
const TASKS_AT_ONCE = 10

/** One piece of a group commit. */
interface Waiting {
  /** The command it is, if it is one. */
  readonly request?: { readonly command: Command; readonly metadata: CommandMetadata }
  /** Decides it; gives back what tells its caller, once the batch has been committed. */
  readonly decide: (decider: BatchDecider, rows: WorkingSet) => Promise<() => void>
  readonly reject: (fault: unknown) => void
}

export interface TenantWriterCoreOptions {
  readonly tenantId: string
  readonly storage: TenantStorage
  readonly tools: WriterTools
  readonly mailer: Mailer
  /** Where rows are remembered between commits; default: a small memory of the writer's own. */
  readonly memory?: RowMemory
  /** Whether the tenant takes commands; without it, it always does. */
  readonly admission?: Admission
  /** Called with an operation that waits to be run, when nobody seems to have come to it. */
  readonly onOperation?: (operationId: string) => Promise<void>
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
  readonly #admission: Admission | undefined
  readonly #onOperation: (operationId: string) => Promise<void>
  readonly #onCommitted: (committed: Committed) => void
  readonly #known: KnownRows
  #waiting: Waiting[] = []
  #committing = false

  constructor(options: TenantWriterCoreOptions) {
    this.#tenantId = options.tenantId
    this.#storage = options.storage
    this.#tools = options.tools
    this.#mailer = options.mailer
    this.#known = new KnownRows(options.memory ?? new RowMemory(REMEMBERED_ROWS))
    this.#admission = options.admission
    this.#onOperation = options.onOperation ?? (() => Promise.resolve())
    this.#onCommitted = options.onCommitted ?? (() => undefined)
  }

  /** True while nothing is being decided or waits. */
  get idle(): boolean {
    return !this.#committing && this.#waiting.length === 0
  }

  execute(command: Command, metadata: CommandMetadata): Promise<Outcome<Receipt>> {
    return new Promise((resolve, reject) => {
      this.#enqueue({
        request: { command, metadata },
        decide: async (decider) => {
          const outcome = await decider.decide(command, metadata)
          return () => resolve(outcome)
        },
        reject,
      })
    })
  }

  async principal(sessionId: string): Promise<Outcome<PrincipalAtHead>> {
    const look = async (rows: WorkingSet): Promise<Outcome<PrincipalAtHead>> => {
      const principal = await livePrincipal(rows, this.#tenantId, sessionId, this.#tools.clock())
      if (!principal.ok) return principal
      const { position, hash } = await rows.head()
      return accept({ ...principal.value, head: { position, hash } })
    }
    const rows = new WorkingSet(this.#storage, this.#known, { revisions: 'any' })
    const principal = await look(rows)
    if (await rows.isCurrent()) return principal
    // Whatever is committed between two reads only makes the answer fresher, so a busy tenant never has to be read again.
    return look(new WorkingSet(this.#storage, undefined, { revisions: 'any' }))
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

  /** Keeps an operation until it has been run; one of this id that is there already stays what it is. */
  submitOperation(id: string, asked: { readonly userId: string; readonly request: string }): Promise<OperationRow> {
    return this.#keepBooks(async (rows) => {
      const now = this.#tools.clock()
      const { row, isNew } = await submitOperation(rows, id, asked, now)
      const due = taskId(operationDue(now), 'runOperation', id)
      if (isNew) rows.put('due', due, { task: 'runOperation', operationId: id, tries: 0 }, 1)
      return row
    })
  }

  /** The operation as it is now. */
  operation(id: string): Promise<OperationRow | undefined> {
    return this.#keepBooks((rows) => lookAfter(rows, id, this.#tools.clock()))
  }

  /** The operation, if whoever asks is the one to run it now. */
  claimOperation(id: string): Promise<OperationRow | undefined> {
    return this.#keepBooks((rows) => claimOperation(rows, id, this.#tools.clock()))
  }

  releaseOperation(id: string): Promise<void> {
    return this.#keepBooks((rows) => releaseOperation(rows, id, this.#tools.clock()))
  }

  /** Writes down what became of an operation; returns what stands. */
  settleOperation(
    id: string,
    outcome: { readonly status: 'succeeded' | 'failed'; readonly answer: string },
  ): Promise<OperationRow | undefined> {
    return this.#keepBooks((rows) => settleOperation(rows, id, outcome, this.#tools.clock()))
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

  /**
   * Does the work that is due, oldest first. A piece is claimed in a commit before it is begun, so that of many runs at once
   * one does it; work that fails falls due again later, so one bad piece stops nothing else. Returns how much was claimed.
   */
  async runDue(limit = 100): Promise<number> {
    const { from } = rowRange('due')
    const now = this.#tools.clock()
    const { rows } = await this.#storage.scanRows(from, rowRef('due', timestampOf(now + 1)), limit)
    let count = 0
    for (let at = 0; at < rows.length; at += TASKS_AT_ONCE) {
      const ids = rows.slice(at, at + TASKS_AT_ONCE).map(({ ref }) => ref.slice(from.length))
      const claims = await this.#keepBooks((books) => claimTasks(books, ids, this.#tools.clock()))
      const done = await Promise.all(claims.map(({ task }) => this.#carryOut(task).catch(() => false)))
      await this.#keepBooks((books) => {
        for (const [index, { id }] of claims.entries()) if (done[index]) books.remove('due', id)
      })
      count += claims.length
    }
    return count
  }

  /** True when the task is done with. */
  async #carryOut(task: TaskRow): Promise<boolean> {
    if (task.task === 'sendMail')
      return sendMail(task, await this.subjectKeys([task.subjectId]), this.#tools, this.#mailer)
    if (task.task === 'runOperation') {
      const operation = await this.operation(task.operationId)
      if (!operation || isFinal(operation)) return true
      await this.#onOperation(task.operationId)
      return false
    }
    const tenantId = this.#tenantId as TenantId // the id this writer was made for
    const userId = task.userId as UserId // stored from a UserId
    const correlationId = `due/${task.task}/${userId}`
    // A refusal is an answer too: the user is active again already, or never will be.
    await this.execute(
      { type: 'user.reactivate', input: { tenantId, userId, trigger: 'reactivationDate' } },
      { commandId: correlationId, actor: { type: 'system' }, correlationId },
    )
    return true
  }

  /** Changes rows that no event tells of, in the next group commit. After a conflict the change is made anew. */
  #keepBooks<T>(change: (rows: WorkingSet) => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#enqueue({
        decide: async (_decider, rows) => {
          const result = await change(rows)
          return () => resolve(result)
        },
        reject,
      })
    })
  }

  #enqueue(waiting: Waiting): void {
    this.#waiting.push(waiting)
    if (!this.#committing) void this.#work()
  }

  async #work(): Promise<void> {
    this.#committing = true
    try {
      await this.#gather()
      while (this.#waiting.length > 0) {
        const batch = this.#waiting.splice(0, MAX_BATCH)
        await this.#process(batch)
        if (this.#waiting.length > 0) await this.#gather()
      }
    } finally {
      this.#committing = false
      // A command may have arrived between the last look and here.
      if (this.#waiting.length > 0) void this.#work()
    }
  }

  /** Waiting for company only saves commits: when it fails, what is here goes alone. */
  async #gather(): Promise<void> {
    await this.#storage.gather().catch(() => undefined)
  }

  async #process(batch: readonly Waiting[]): Promise<void> {
    try {
      for (let attempt = 0; attempt < MAX_CONFLICTS; attempt++) {
        // What was presumed may have been the reason to begin anew.
        if (await this.#attempt(batch, attempt === 0 && this.#storage.checksAbsence)) return
      }
      throw new Error('the tenant is written to by too many writers at once')
    } catch (fault) {
      for (const { reject } of batch) reject(fault)
    }
  }

  /** Decides and commits a batch once; false when another writer was faster and everything must be decided anew. */
  async #attempt(batch: readonly Waiting[], presumes: boolean): Promise<boolean> {
    const rows = new WorkingSet(this.#storage, this.#known, { presumes })
    try {
      const requests = batch.flatMap(({ request }) => request ?? [])
      const prefetched = await prefetch(rows, requests, this.#tenantId, this.#tools.clock())
      const head = await rows.head()
      const options = { prefetched, ...(this.#admission && { admission: this.#admission }) }
      const decider = new BatchDecider(this.#tenantId, this.#tools, rows, head, options)
      const settled: (() => void)[] = []
      for (const { decide, reject } of batch) {
        const undo = rows.savepoint()
        try {
          settled.push(await decide(decider, rows))
        } catch (fault) {
          if (fault instanceof ConcurrentCommit) throw fault
          undo()
          settled.push(() => reject(fault))
        }
      }
      if (!(await rows.presumedRightly())) return false
      const changes = rows.changes()
      const wrote = decider.events.length > 0 || changes.puts.length > 0 || changes.deletes.length > 0
      if (wrote) {
        const result = await this.#storage.commit({
          expected: head,
          head: decider.head,
          events: decider.events,
          ...changes,
          absent: rows.absent,
        })
        if (result === 'conflict') {
          this.#known.forget()
          return false
        }
        this.#known.advance(head, { ...decider.head, revision: head.revision + 1 }, rows.written)
      } else if (!(await rows.isCurrent())) {
        this.#known.forget()
        return false
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
      this.#known.forget()
      if (fault instanceof ConcurrentCommit) return false
      throw fault
    }
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
