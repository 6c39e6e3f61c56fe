import type { Operation, SequentialModel } from './linearizability.ts'

/** What is asked of the users of a tenant. */
export type UserRequest =
  | { readonly kind: 'register'; readonly userId: string; readonly email: string }
  | { readonly kind: 'rename'; readonly userId: string; readonly name: string; readonly expected?: number }
  /** To another address: possible once. */
  | { readonly kind: 'move'; readonly userId: string; readonly email: string; readonly expected: number }
  | { readonly kind: 'read'; readonly userId: string }

/** `version` and `name` are the user's after it. */
export type UserAnswer =
  | { readonly ok: true; readonly version: number; readonly name?: string | undefined }
  | { readonly ok: false; readonly code: string }

export type UserOperation = Operation<UserRequest, UserAnswer>

interface User {
  readonly email: string
  readonly version: number
  readonly name?: string
  readonly hasMoved?: true
}

export type Users = Readonly<Record<string, User>>

/** Registered and invited: two events. */
const NEW_VERSION = 2

/**
 * The users of a tenant as one client alone would see them: an address belongs to one of them, there is room for so many,
 * and a change that names a version happens to that version only. Refusals listed as passing say nothing of the users.
 */
export const usersModel = (
  room: number,
  passing: readonly string[] = [],
): SequentialModel<Users, UserRequest, UserAnswer> => ({
  initial: {},
  keyOf: (users) => JSON.stringify(Object.entries(users).toSorted(([one], [other]) => (one < other ? -1 : 1))),
  step(users, request, answer) {
    if (!answer.ok && passing.includes(answer.code)) return users
    const user = users[request.userId]
    const { refusal, after } = carriedOut(users, user, request, room)
    if (refusal !== undefined) return !answer.ok && answer.code === refusal ? users : undefined
    if (!answer.ok || answer.version !== (after?.version ?? 0)) return undefined
    // Who moves says nothing of names.
    if (request.kind !== 'move' && answer.name !== after?.name) return undefined
    return !after || after === user ? users : { ...users, [request.userId]: after }
  },
})

interface CarriedOut {
  readonly refusal?: string
  readonly after?: User | undefined
}

function carriedOut(users: Users, user: User | undefined, request: UserRequest, room: number): CarriedOut {
  if (request.kind === 'read') return { after: user }
  if (request.kind === 'register') {
    const everybody = Object.values(users)
    if (user || everybody.some(({ email }) => email === request.email)) return { refusal: 'user.already_exists' }
    if (everybody.length >= room) return { refusal: 'user.quota_exceeded' }
    return { after: { email: request.email, version: NEW_VERSION } }
  }
  if (!user) return { refusal: 'resource.not_found' }
  if (request.expected !== undefined && request.expected !== user.version) return { refusal: 'precondition.failed' }
  const version = user.version + 1
  if (request.kind === 'rename') return { after: { ...user, version, name: request.name } }
  if (request.email === user.email) return { after: user }
  if (Object.values(users).some(({ email }) => email === request.email)) return { refusal: 'user.already_exists' }
  if (user.hasMoved) return { refusal: 'user.email_change_not_allowed' }
  return { after: { ...user, version, email: request.email, hasMoved: true } }
}
