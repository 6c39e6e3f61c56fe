import { isLinearizable, ofSomePast, type Operation, type SequentialModel } from './linearizability.ts'
import { usersModel, type UserAnswer, type UserRequest, type Users } from './users-model.ts'

/** What a client writes. */
export type WriteRequest =
  | Extract<UserRequest, { kind: 'register' | 'rename' }>
  | { readonly kind: 'renameTenant'; readonly name: string; readonly expected?: number }

/** What a client reads. `from`: the position of its Consistency-Token, which the answer must have reached; 0 without one. */
export type ReadRequest = { readonly from: number } & (
  | { readonly kind: 'readUser'; readonly userId: string }
  | { readonly kind: 'readUsers' }
  | { readonly kind: 'readTenant' }
)

export type TenantRequest = WriteRequest | ReadRequest

/** `position`: where the log tells of a write. `seen`: what a read has shown, in the form of `oneShown` or `listShown`. */
export type TenantAnswer =
  | Extract<UserAnswer, { ok: false }>
  | (Extract<UserAnswer, { ok: true }> & { readonly position: number })
  | { readonly seen: unknown }

export type TenantOperation = Operation<TenantRequest, TenantAnswer>

interface TenantAsShown {
  readonly version: number
  readonly name: string
}

interface TenantState {
  readonly tenant: TenantAsShown
  readonly users: Users
  /** Writes so far, and the position of the last one. */
  readonly writes: number
  readonly position: number
}

/** What a list shows of a user. Its version is no part of it. */
export interface UserAsListed {
  readonly userId: string
  readonly email: string
  readonly name?: string | undefined
}

/** What a list shows, however it is ordered. */
export const listShown = (users: readonly UserAsListed[], total = users.length) => ({
  total,
  users: users
    .map(({ userId, email, name }) => ({ userId, email, ...(name !== undefined && { name }) }))
    .toSorted((one, other) => (one.userId < other.userId ? -1 : 1)),
})

/** What a single user, or a tenant, shows; nothing for one that is not there. */
export const oneShown = (one?: { readonly version: number; readonly name?: string | undefined }) =>
  one && { version: one.version, ...(one.name !== undefined && { name: one.name }) }

export const isRead = (request: TenantRequest): request is ReadRequest => 'from' in request

/**
 * Whether one order explains a tenant's history, the order of its log: each write was answered as it must be after those
 * before it, and took effect while it was under way. A read is of one state that there was, whole, at some time before it was
 * answered; with a Consistency-Token that state has reached the token's position. So the read models may lag behind, but
 * neither mix states nor show a client less than it has seen.
 * @param room users that the tenant has room for
 * @param tenant as it was before
 */
export function isExplained(history: readonly TenantOperation[], room: number, tenant: TenantAsShown): boolean {
  const positions = history.flatMap(({ output }) => ('position' in output ? [output.position] : []))
  return isLinearizable(
    tenantModel(
      room,
      tenant,
      positions.toSorted((one, other) => one - other),
    ),
    history.map((operation) => (isRead(operation.input) ? ofSomePast(operation) : operation)),
  )
}

/** @param positions of all writes, in order: each must come in its turn */
function tenantModel(
  room: number,
  tenant: TenantAsShown,
  positions: readonly number[],
): SequentialModel<TenantState, TenantRequest, TenantAnswer> {
  const model = usersModel(room)
  const written = (state: TenantState, request: WriteRequest, answer: UserAnswer): Partial<TenantState> | undefined => {
    if (request.kind !== 'renameTenant') {
      const users = model.step(state.users, request, answer)
      return users && { users }
    }
    const { expected = state.tenant.version, name } = request
    if (!answer.ok) return answer.code === 'precondition.failed' && expected !== state.tenant.version ? {} : undefined
    const next = { version: state.tenant.version + 1, name }
    const isTold = expected === state.tenant.version && answer.version === next.version && answer.name === name
    return isTold ? { tenant: next } : undefined
  }
  return {
    initial: { tenant, users: model.initial, writes: 0, position: 0 },
    keyOf: (state) => `${state.writes} ${JSON.stringify(state.tenant)} ${model.keyOf(state.users)}`,
    step(state, request, answer) {
      if ('seen' in answer) return isRead(request) && shows(state, request, answer.seen) ? state : undefined
      if (isRead(request)) return undefined
      const changes = written(state, request, answer)
      if (!changes || !answer.ok) return changes && state
      const isNext = positions[state.writes] === answer.position && answer.position > state.position
      return isNext ? { ...state, ...changes, writes: state.writes + 1, position: answer.position } : undefined
    },
  }
}

function shows({ tenant, users, position }: TenantState, request: ReadRequest, seen: unknown): boolean {
  return position >= request.from && JSON.stringify(seen) === JSON.stringify(shown())
  function shown(): unknown {
    if (request.kind === 'readTenant') return oneShown(tenant)
    if (request.kind === 'readUser') return oneShown(users[request.userId])
    return listShown(Object.entries(users).map(([userId, user]) => ({ userId, ...user })))
  }
}
