import { freshest } from '#api/freshest.ts'
import { EmailAddress } from '#common/email.ts'
import type { Outcome } from '#common/outcome.ts'
import { positionOfView } from '#domain/ports/projection-store.ts'
import type { UserProfileView } from '#domain/user/views/user-profile.view.ts'
import { userProfileOf } from '#domain/user/views/user-profile.view.ts'
import type { UserState } from '#domain/user/user-state.ts'
import type { Command, CommandMetadata, Receipt } from '#domain/writer/command.ts'
import { registerInput, userIdOf } from '../support/subjects.ts'
import type { UserAnswer, UserOperation, UserRequest } from '../support/users-model.ts'
import { runLater } from './deferred.ts'
import type { Cluster } from './member.ts'
import { overNetwork } from './network.ts'
import { emailIndexOf } from './tools.ts'
import type { TenantRecords, World } from './world.ts'

const TRY_AGAIN_AFTER = 500
/** Clients ask at the same time, or nearly so, every so many milliseconds. */
export const ROUND = 2_000
const NEARLY = 10
/** Few people and few addresses, so that clients get in one another's way. */
export const ADDRESSES = [1, 2, 3, 4, 5].map((number) => `someone${number}@example.com`)

/** A command with all that makes it one command however often it is sent. */
export interface Order {
  readonly key: string
  readonly command: Command
  readonly metadata: CommandMetadata
}

/** What has been answered to an order. */
export interface Acknowledged {
  readonly order: Order
  readonly receipt: Receipt
}

/** What a client has been told, and when. */
export class Diary {
  readonly acknowledged: Acknowledged[] = []
  readonly history: UserOperation[] = []
  /** Orders that were refused though an earlier sending of them may still arrive; with the step of their first sending. */
  readonly inDoubt: { readonly order: Order; readonly request: UserRequest; readonly called: number }[] = []
  reads = 0
}

/** A client of one tenant: asks one thing after another, of any replica, and sends again what was not answered. */
export class Client {
  readonly #name: string
  readonly #world: World
  readonly #cluster: Cluster
  readonly #tenant: TenantRecords
  readonly #diary: Diary
  /** Users as last seen, and the position to be seen at least. */
  readonly #known = new Map<string, { readonly version: number; readonly email: string | undefined }>()
  #seen = 0

  constructor(name: string, world: World, cluster: Cluster, tenant: TenantRecords, diary: Diary) {
    this.#name = name
    this.#world = world
    this.#cluster = cluster
    this.#tenant = tenant
    this.#diary = diary
  }

  async work(requests: number): Promise<void> {
    const { random } = this.#world.scheduler
    for (let number = 1; number <= requests; number++) {
      await this.#pause(ROUND - (this.#world.scheduler.now % ROUND) + random.next() * NEARLY)
      const key = `${this.#name}.${number}`
      const choice = random.next()
      if (choice < 0.2) await this.#read(userIdOf(random.integer(2, 7)))
      else await this.#write(key, this.#request(key, choice))
    }
  }

  #request(key: string, choice: number): UserRequest {
    const { random } = this.#world.scheduler
    const userId = userIdOf(random.integer(2, 7))
    const email = ADDRESSES[random.integer(0, ADDRESSES.length - 1)] ?? ''
    if (choice < 0.5) return { kind: 'register', userId, email }
    const known = this.#known.get(userId)
    if (choice < 0.65 && known?.email !== undefined && known.email !== email)
      return { kind: 'move', userId, email, expected: known.version }
    const expected = random.next() < 0.5 ? known?.version : undefined
    return { kind: 'rename', userId, name: `Renamed by ${key}`, ...(expected !== undefined && { expected }) }
  }

  async #write(key: string, request: UserRequest): Promise<void> {
    const { scheduler } = this.#world
    const order = orderOf(this.#tenant, key, request, this.#known.get(request.userId)?.email)
    const called = scheduler.steps
    const deferred = scheduler.random.next() < 0.15
    const answered = deferred
      ? await runLater(this.#cluster, this.#world, this.#tenant.tenantId, order)
      : await this.#acknowledged(order, request, called)
    // Has had no effect, or nobody knows: the log tells.
    if (answered === undefined) {
      this.#diary.inDoubt.push({ order, request, called })
      return
    }
    const { outcome, asked } = answered
    this.#diary.history.push({
      called: outcome.ok ? called : asked,
      returned: scheduler.steps,
      input: request,
      output: answerOf(outcome),
    })
    if (!outcome.ok) return
    const receipt = outcome.value
    this.#diary.acknowledged.push({ order, receipt })
    this.#seen = Math.max(this.#seen, receipt.position)
    const version = receipt.aggregate?.version ?? 0
    this.#learn(request.userId, version, receipt.aggregate?.state as unknown as UserState) // every order is about a user
    await this.#readOwn(request.userId, version)
    if (!deferred && scheduler.random.next() < 0.1) await this.#sendAgain(order, receipt)
  }

  /** Sends an order until it is answered. `asked`: the step at which the answer was asked for. */
  async #acknowledged(order: Order, request: UserRequest, called: number) {
    const { scheduler } = this.#world
    for (let tries = 1; ; tries++) {
      const landed = tries > 1 && this.#landed(order)
      const asked = scheduler.steps
      const outcome = await this.#send(order)
      if (!outcome) {
        await this.#pause(scheduler.random.next() * TRY_AGAIN_AFTER)
        continue
      }
      if (!outcome.ok && landed)
        this.#world.violated(
          'one effect a key',
          `${order.key} had been accepted, and is refused: ${outcome.error.code}`,
        )
      // The fault is for a while only, and says nothing.
      if (!outcome.ok && outcome.error.code === 'event_store.backlog_full') continue
      if (!outcome.ok && tries > 1) this.#diary.inDoubt.push({ order, request, called })
      return { outcome, asked }
    }
  }

  #landed({ key }: Order): boolean {
    return this.#tenant.log.texts.some((text) => text.includes(`"correlationId":"${key}"`))
  }

  #send({ command, metadata }: Order): Promise<Outcome<Receipt> | undefined> {
    const { tenantId } = this.#tenant
    const send = this.#world.variant.metadata?.(metadata) ?? metadata
    return overNetwork(this.#world, this.#cluster, this.#name, command.type, (replica) =>
      replica.writer(tenantId).execute(command, send),
    )
  }

  async #sendAgain(order: Order, receipt: Receipt): Promise<void> {
    const again = await this.#send(order)
    if (!again) return
    const same = again.ok && again.value.position === receipt.position
    const version = again.ok ? again.value.aggregate?.version : undefined
    if (!same || version !== receipt.aggregate?.version)
      this.#world.violated('one effect a key', `${order.key} was answered otherwise when it came again`)
  }

  /** What the writer says: in one order with everything that is written. */
  async #read(userId: string): Promise<void> {
    const called = this.#world.scheduler.steps
    const { tenantId } = this.#tenant
    const fresh = await overNetwork(this.#world, this.#cluster, this.#name, 'read', (replica) =>
      replica.writer(tenantId).user(userId),
    )
    if (!fresh) return
    const { state, version } = fresh
    const name = displayNameOf(state)
    const output: UserAnswer = { ok: true, version, ...(name !== undefined && { name }) }
    this.#diary.history.push({ called, returned: this.#world.scheduler.steps, input: { kind: 'read', userId }, output })
    this.#learn(userId, version, state)
  }

  #learn(userId: string, version: number, state: UserState): void {
    this.#known.set(userId, { version, email: state.status === 'none' ? undefined : state.email })
  }

  /** What a read with the Consistency-Token of the client says, which must hold what the client has written. */
  async #readOwn(userId: string, version: number): Promise<void> {
    const { tenantId, views } = this.#tenant
    const { hazards, variant } = this.#world
    const required = variant.ignoresToken ? 0 : this.#seen
    // Lists have the read models follow first; at the edge that is a projection beside those whose turn it is.
    const isList = hazards.weather.runtime === 'edge' && this.#world.scheduler.random.next() < 0.2
    const found = await overNetwork(this.#world, this.#cluster, this.#name, 'read own', async (replica) => {
      if (isList) await replica.project(tenantId)
      return freshest<UserProfileView>(
        required,
        () =>
          replica.process.call(
            'readModels.user',
            async () => {
              const row = views.rows('user_profile').find(({ key }) => key === userId)
              const position = positionOfView(await views.state(), 'user_profile')
              return { row: row as UserProfileView | undefined, position } // the view's own rows
            },
            hazards.readModels,
          ),
        async () => {
          const { state, version: at, position } = await replica.writer(tenantId).user(userId)
          return { row: userProfileOf(state, at, position), position }
        },
        () => undefined,
      )
    })
    if (!found?.ok) return
    this.#diary.reads++
    const { row, position } = found.value
    if (((row?.version ?? 0) < version && !this.#isSkipped(userId)) || position < this.#seen)
      this.#world.violated(
        'read your writes',
        `${userId} was written as version ${version}, and read as ${row?.version}`,
      )
  }

  /** Whether an operator has decided that the view leaves something of the user out. */
  #isSkipped(userId: string): boolean {
    const { log, views } = this.#tenant
    return views.skips.some(
      ({ view, position }) => view === 'user_profile' && log.events[position - 1]?.aggregate.id === userId,
    )
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.#world.scheduler.in(milliseconds, resolve))
  }
}

/** What an outcome says of the user it is about. */
function answerOf(outcome: Outcome<Receipt>): UserAnswer {
  if (!outcome.ok) return { ok: false, code: outcome.error.code }
  const { version = 0, state } = outcome.value.aggregate ?? {}
  const name = displayNameOf(state as unknown as UserState) // every order is about a user
  return { ok: true, version, ...(name !== undefined && { name }) }
}

const displayNameOf = (state: UserState): string | undefined =>
  state.status === 'none' ? undefined : state.displayName

/** @param email of the user, as last seen */
function orderOf({ tenantId }: TenantRecords, key: string, request: UserRequest, email: string | undefined): Order {
  const userId = request.userId as ReturnType<typeof userIdOf> // made by it
  const expected = 'expected' in request ? request.expected : undefined
  const metadata = {
    commandId: `cmd ${key}`,
    actor: { type: 'system' },
    correlationId: key,
    ...(expected !== undefined && { expectedVersion: expected }),
    replay: { recordId: key, fingerprint: JSON.stringify(request) },
  } as const
  const input = { tenantId, userId }
  switch (request.kind) {
    case 'register': {
      const address = EmailAddress.parse(request.email)
      const mail = { to: address, subject: key, text: 'You are invited.' }
      const invited = { ...registerInput(2), ...input, email: address, emailIndex: emailIndexOf(address), mail }
      return { key, command: { type: 'user.register', input: invited }, metadata }
    }
    case 'move': {
      const address = EmailAddress.parse(request.email)
      const indices = { index: emailIndexOf(address), previousIndex: emailIndexOf(email ?? '') }
      const moved = { ...input, email: { address, ...indices } }
      return { key, command: { type: 'user.update_profile', input: moved }, metadata }
    }
    default: {
      const renamed = { ...input, displayName: request.kind === 'rename' ? request.name : null }
      return { key, command: { type: 'user.update_profile', input: renamed }, metadata }
    }
  }
}
