import { fromUtf8, toBase64Url } from '#common/bytes.ts'
import type { EventEnvelope } from '#common/envelope.ts'
import { hashedForm } from '#common/envelope.ts'
import type { Json, JsonObject } from '#common/json.ts'
import { accept, refuse, type Outcome, type Refusal } from '#common/outcome.ts'
import { evolveSession, initialSession } from '../auth/session-state.ts'
import { sealPersonal } from '../events/seal-event.ts'
import { EVENT_DEFINITIONS, validateEvent, type DomainEvent } from '../events/event-registry.ts'
import { timestampOf, type Clock } from '../ports/clock.ts'
import type { Cryptography } from '../ports/cryptography.ts'
import type { KeyVault } from '../ports/key-vault.ts'
import type { StoredEvent } from '../ports/tenant-storage.ts'
import { evolveTenant, initialTenant } from '../tenant/tenant-state.ts'
import { evolveRoster, initialRoster } from '../user/roster-state.ts'
import { evolveUser, initialUser } from '../user/user-state.ts'
import type {
  Command,
  CommandDefinition,
  CommandMetadata,
  DecideContext,
  Decision,
  DraftEvent,
  Receipt,
} from './command.ts'
import { COMMANDS } from './command-registry.ts'
import { taskId } from './due-tasks.ts'
import { checkSession } from './principal.ts'
import type { Compression } from './snapshot.ts'
import { SNAPSHOT_INTERVAL, takeSnapshot } from './snapshot.ts'
import type { RowValues } from './rows.ts'
import type { WorkingSet } from './working-set.ts'

/** What deciding needs beside the rows. */
export interface WriterTools {
  readonly clock: Clock
  readonly cryptography: Cryptography
  readonly keyVault: KeyVault
  readonly compression: Compression
  /** Home region of the tenant's writer. */
  readonly region: string
}

/** Says why the tenant takes no command now, or nothing when it does. `head` is the position of its last event. */
export type Admission = (head: number) => Promise<Refusal | undefined>

/**
 * EventStoreDB takes 1 MiB an append, and over HTTP writes what it refuses: the bound is kept here (G-66). A little less,
 * for the names under which the store holds an event's parts.
 */
const MAX_COMMAND_BYTES = 1_040_000
const REPLAY_KEPT = 48 * 3_600_000

/** Decides commands one after another on one working set, each seeing what those before it wrote. */
export class BatchDecider {
  readonly #tenantId: string
  readonly #tools: WriterTools
  readonly #rows: WorkingSet
  readonly #admission: Admission | undefined
  readonly #prefetched: Prefetched
  readonly events: StoredEvent[] = []
  #position: number
  #hash: string

  constructor(
    tenantId: string,
    tools: WriterTools,
    rows: WorkingSet,
    head: { readonly position: number; readonly hash: string },
    { prefetched, admission }: { readonly prefetched: Prefetched; readonly admission?: Admission },
  ) {
    this.#tenantId = tenantId
    this.#tools = tools
    this.#rows = rows
    this.#admission = admission
    this.#prefetched = prefetched
    this.#position = head.position
    this.#hash = head.hash
  }

  get head() {
    return { position: this.#position, hash: this.#hash }
  }

  /** Decides one command. A refusal or a fault leaves no trace in the batch. */
  async decide(command: Command, metadata: CommandMetadata): Promise<Outcome<Receipt>> {
    const undo = this.#rows.savepoint()
    const { events, head } = { events: this.events.length, head: this.head }
    const takeBack = () => {
      undo()
      this.events.length = events
      this.#position = head.position
      this.#hash = head.hash
    }
    try {
      const outcome = await this.#decide(command, metadata)
      if (!outcome.ok) takeBack()
      return outcome
    } catch (fault) {
      takeBack()
      throw fault
    }
  }

  async #decide(command: Command, metadata: CommandMetadata): Promise<Outcome<Receipt>> {
    const definition = definitionOf(command)
    // A command at the wrong tenant's writer is the caller's fault; carried out, it would mix two tenants' data.
    if (command.input.tenantId !== this.#tenantId)
      throw new Error(`${command.type} came to the writer of another tenant`)
    const now = this.#tools.clock()
    // What was found before is still so for the first of a batch that changes anything.
    const found = this.#rows.isUntouched ? this.#prefetched.find((one) => isOf(one, command, metadata)) : undefined
    if (command.type !== 'auth.logout') {
      const live = found?.session ?? (await checkSession(this.#rows, this.#tenantId, metadata.actor, now))
      if (!live.ok) return live
    }
    const replayed = await this.#replay(metadata)
    if (replayed) return replayed
    // After the replay: what was accepted once is answered whatever has happened since. Whoever leaves is let go in any case.
    const refusal = command.type === 'auth.logout' ? undefined : await this.#admission?.(this.#position)
    if (refusal) return { ok: false, error: refusal }

    const state = found ? found.state : await definition.load(command.input, this.#rows, this.#tenantId)
    const target = definition.target?.(command.input)
    if (target && metadata.expectedVersion !== undefined) {
      const actual = await this.#rows.version(target.type, target.id)
      if (actual > 0 && actual !== metadata.expectedVersion) {
        return refuse('precondition.failed', { params: { expected: metadata.expectedVersion, actual } })
      }
    }
    const context: DecideContext = { tenantId: this.#tenantId, now, timestamp: timestampOf(now), actor: metadata.actor }
    const outcome = definition.decide(command.input, state, context)
    if (!outcome.ok) return outcome
    const before = this.events.length
    await this.#append(outcome.value, metadata, context)
    const bytes = bytesOf(this.events.slice(before))
    if (bytes > MAX_COMMAND_BYTES)
      return refuse('validation.payload_too_large', { params: { max: MAX_COMMAND_BYTES, actual: bytes } })
    const receipt = await this.#receipt(outcome.value)
    if (metadata.replay) {
      const { recordId, fingerprint, sealedReply } = metadata.replay
      const record = { fingerprint, receipt, ...(sealedReply !== undefined && { sealedReply }) }
      this.#rows.put('replay', recordId, record, 1, now + REPLAY_KEPT)
    }
    return accept(receipt)
  }

  async #replay({ replay }: CommandMetadata): Promise<Outcome<Receipt> | undefined> {
    if (!replay) return undefined
    const record = await this.#rows.readPresumedAbsent('replay', replay.recordId)
    if (!record) return undefined
    if (record.fingerprint !== replay.fingerprint) return refuse('idempotency.key_reused')
    const { receipt, sealedReply } = record
    return accept({ ...receipt, replayed: true, ...(sealedReply !== undefined && { sealedReply }) })
  }

  /** Turns a decision into envelopes and rows. */
  async #append(decision: Decision, metadata: CommandMetadata, context: DecideContext): Promise<void> {
    for (const draft of decision.events) {
      const { unhashed, personal } = await this.#envelope(draft, metadata, context)
      const form = hashedForm(unhashed)
      const hash = this.#tools.cryptography.sha256Hex(form)
      const { position } = unhashed
      this.#hash = hash
      this.#position = position
      // The canonical text that was hashed is also what is stored: one pass over the event serves both.
      const text = `${form.slice(0, -1)},"hash":"${hash}"}`
      this.events.push({ position, text, envelope: Object.assign(unhashed, { hash }), ...(personal && { personal }) })
    }
    for (const change of decision.rows ?? []) {
      if (change.value === undefined) this.#rows.remove(change.kind, change.id)
      else this.#rows.put(change.kind, change.id, change.value, 1, change.expiresAt)
    }
    for (const [index, { subjectId, mail }] of (decision.mails ?? []).entries()) {
      const key = await this.#subjectKey(subjectId)
      const sealed = toBase64Url(this.#tools.cryptography.seal(key, fromUtf8(JSON.stringify(mail)), subjectId))
      const id = taskId(context.now, 'sendMail', `${subjectId}.${this.#position}.${index}`)
      this.#rows.put('due', id, { task: 'sendMail', subjectId, sealed, tries: 0 }, 1)
    }
  }

  async #envelope(
    draft: DraftEvent,
    metadata: CommandMetadata,
    context: DecideContext,
  ): Promise<{ readonly unhashed: Omit<EventEnvelope, 'hash'>; readonly personal?: JsonObject }> {
    const { event, aggregateId } = draft
    const { aggregate: type, version: schemaVersion } = EVENT_DEFINITIONS[event.type]
    const payload = validateEvent(event)
    const { data, personal } = payload
    const position = this.#position + 1
    const eventId = eventIdOf(this.#tools.cryptography, `${this.#tenantId}/${position}/${metadata.commandId}`)
    // States follow from what is stored, as a fold of the log will see it, and not from what was proposed.
    const stored = { type: event.type, ...payload } as unknown as DomainEvent // has just passed the type's own schema
    const version = await this.#evolve({ aggregateId, event: stored }, position, context.timestamp)
    const subjectId = draft.subjectId ?? aggregateId
    const hasPersonal = personal !== undefined && Object.keys(personal).length > 0
    const sealed = hasPersonal && {
      personal: sealPersonal(this.#tools.cryptography, subjectId, await this.#subjectKey(subjectId), eventId, personal),
    }
    const { actor, correlationId, causationId, commandId, policyVersion } = metadata
    // In the order of the canonical form, which then needs no sorting.
    const unhashed = {
      actorType: actor.type,
      aggregate: { id: aggregateId, type, version },
      ...(causationId !== undefined && { causationId }),
      clock: { [this.#tools.region]: position },
      commandId,
      correlationId,
      data,
      epoch: 1,
      eventId,
      ...sealed,
      ...(policyVersion !== undefined && { policyVersion }),
      position,
      prevHash: this.#hash,
      region: this.#tools.region,
      schemaVersion,
      tenantId: this.#tenantId,
      timestamp: context.timestamp,
      type: event.type,
      ...(actor.userId !== undefined && { userId: actor.userId }),
    }
    return { unhashed, ...(hasPersonal && { personal }) }
  }

  /** Applies an event to the states that follow from it. Returns the new version of its own aggregate. */
  async #evolve({ event, aggregateId }: DraftEvent, position: number, timestamp: string): Promise<number> {
    const { aggregate } = EVENT_DEFINITIONS[event.type]
    const version = (await this.#rows.version(aggregate, aggregateId)) + 1
    switch (aggregate) {
      case 'tenant': {
        const before = (await this.#rows.read('tenant', aggregateId)) ?? initialTenant()
        this.#keep('tenant', aggregateId, evolveTenant(before, event, timestamp), version, position)
        break
      }
      case 'user':
        await this.#evolveUser(aggregateId, event, position, timestamp, version)
        break
      case 'session': {
        const before = (await this.#rows.read('session', aggregateId)) ?? initialSession()
        const after = evolveSession(before, event, timestamp)
        if (after !== before) this.#keep('session', aggregateId, after, version, position)
        if (event.type === 'auth.login_succeeded') await this.#evolveUser(event.data.userId, event, position, timestamp)
      }
    }
    return version
  }

  /** Without `version` the event is another aggregate's: it tells something of the user, whose version stays. */
  async #evolveUser(
    userId: string,
    event: DomainEvent,
    position: number,
    timestamp: string,
    version?: number,
  ): Promise<void> {
    const before = (await this.#rows.read('user', userId)) ?? initialUser()
    const after = evolveUser(before, event, timestamp)
    if (version === undefined) {
      this.#rows.put('user', userId, after, await this.#rows.version('user', userId))
      return
    }
    this.#keep('user', userId, after, version, position)
    const roster = (await this.#rows.read('roster', this.#tenantId)) ?? initialRoster()
    const counted = evolveRoster(roster, before, after)
    if (counted === roster) return
    this.#keep('roster', this.#tenantId, counted, (await this.#rows.version('roster', this.#tenantId)) + 1, position)
  }

  #keep<Kind extends 'tenant' | 'user' | 'session' | 'roster'>(
    kind: Kind,
    id: string,
    state: RowValues[Kind],
    version: number,
    position: number,
  ): void {
    this.#rows.put(kind, id, state, version)
    if (version % SNAPSHOT_INTERVAL !== 0) return
    const json = state as unknown as Json // a row value; see WorkingSet.put
    this.#rows.put(
      'snapshot',
      `${kind}/${id}/${version}`,
      takeSnapshot(json, position, this.#tools.compression),
      version,
    )
  }

  async #subjectKey(subjectId: string): Promise<Uint8Array> {
    const stored = await this.#rows.read('subjectKey', subjectId)
    if (stored) {
      const key = this.#tools.keyVault.unwrap(stored.wrapped, subjectId)
      if (!key) throw new Error('a subject key does not open under the master key in use')
      return key
    }
    const key = this.#tools.cryptography.randomBytes(32)
    this.#rows.put('subjectKey', subjectId, { wrapped: this.#tools.keyVault.wrap(key, subjectId) }, 1)
    return key
  }

  async #receipt({ aggregate, reply }: Decision): Promise<Receipt> {
    const position = this.#position
    const base = { position, ...(reply !== undefined && { reply }) }
    if (!aggregate) return base
    const [state, version] = await Promise.all([
      this.#rows.read(aggregate.type, aggregate.id),
      this.#rows.version(aggregate.type, aggregate.id),
    ])
    return { ...base, aggregate: { ...aggregate, version, state: (state ?? null) as Json } } // a row value is JSON
  }
}

/** The definition that belongs to a command, seen as taking just that command's input. Throws for a type unknown here. */
function definitionOf(command: Command): CommandDefinition<string, unknown, unknown> {
  // A replica of another version may have sent it.
  if (!Object.hasOwn(COMMANDS, command.type)) throw new Error(`unknown command ${command.type}`)
  return COMMANDS[command.type] as unknown as CommandDefinition<string, unknown, unknown> // type and input come as a pair
}

/** Bytes of the events in UTF-8, where they may be too many: no character takes more than three. Otherwise no more than that. */
function bytesOf(events: readonly StoredEvent[]): number {
  const atMost = events.reduce((sum, { text }) => sum + 3 * text.length, 0)
  return atMost <= MAX_COMMAND_BYTES ? atMost : events.reduce((sum, { text }) => sum + fromUtf8(text).length, 0)
}

/** What a command was found to stand on before the batch has changed anything. */
interface Found {
  readonly command: Command
  readonly metadata: CommandMetadata
  readonly state: unknown
  readonly session: Outcome<true>
}

export type Prefetched = readonly Found[]

const isOf = (found: Found, command: Command, metadata: CommandMetadata): boolean =>
  found.command === command && found.metadata === metadata

/**
 * Asks for all that the commands of a batch will read, so that storage is asked once and not once a command. A command that
 * cannot be loaded fails when it is decided, and alone.
 */
export async function prefetch(
  rows: WorkingSet,
  batch: readonly { readonly command: Command; readonly metadata: CommandMetadata }[],
  tenantId: string,
  now: number,
): Promise<Prefetched> {
  const found: Found[] = []
  const load = async ({ command, metadata }: (typeof batch)[number]) => {
    const [state, session] = await Promise.all([
      definitionOf(command).load(command.input, rows, tenantId),
      checkSession(rows, tenantId, metadata.actor, now),
      metadata.replay && rows.readPresumedAbsent('replay', metadata.replay.recordId),
    ])
    found.push({ command, metadata, state, session })
  }
  await Promise.allSettled(batch.map((one) => load(one)))
  return found
}

/** UUIDv8 of tenant, position and command: no two events share one, even if a command's id comes again after years. */
function eventIdOf(cryptography: Cryptography, origin: string): string {
  const hex = cryptography.sha256Hex(origin)
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
