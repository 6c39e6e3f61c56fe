import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isExplained,
  listShown,
  oneShown,
  type ReadRequest,
  type TenantAnswer,
  type TenantOperation,
  type TenantRequest,
} from '../../support/tenant-model.ts'

const ROOM = 3
const TENANT = { version: 1, name: 'Acme' }

const explained = (...history: readonly TenantOperation[]) => isExplained(history, ROOM, TENANT)

const asked = (input: TenantRequest, output: TenantAnswer, called: number, returned = called + 1): TenantOperation => ({
  called,
  returned,
  input,
  output,
})

/** Of two writes of a user's: registered at position 2, renamed at 3. Each takes from `at` to the next. */
const registered = (userId: string, position: number, at: number, returned?: number) =>
  asked({ kind: 'register', userId, email: `${userId}@x` }, { ok: true, version: 2, position }, at, returned)
const renamed = (userId: string, version: number, position: number, at: number, returned?: number) =>
  asked(
    { kind: 'rename', userId, name: `v${version}` },
    { ok: true, version, name: `v${version}`, position },
    at,
    returned,
  )
const tenantRenamed = (version: number, position: number, at: number, returned?: number) =>
  asked(
    { kind: 'renameTenant', name: `v${version}` },
    { ok: true, version, name: `v${version}`, position },
    at,
    returned,
  )

const ada = (version: number) => ({ version, ...(version > 2 && { name: `v${version}` }) })
const listed = (users: Readonly<Record<string, number>>, total?: number) =>
  listShown(
    Object.entries(users).map(([userId, version]) => ({ userId, email: `${userId}@x`, name: ada(version).name })),
    total,
  )

/** Reads that take a moment at `at`. */
const read = (input: ReadRequest, seen: unknown, at: number) => asked(input, { seen }, at)
const readUser = (from: number, version: number | undefined, at: number) =>
  read({ kind: 'readUser', userId: 'ada', from }, oneShown(version === undefined ? undefined : ada(version)), at)
const readUsers = (from: number, users: Readonly<Record<string, number>>, at: number, total?: number) =>
  read({ kind: 'readUsers', from }, listed(users, total), at)
const readTenant = (from: number, version: number, at: number) =>
  read({ kind: 'readTenant', from }, oneShown(version === 1 ? TENANT : { version, name: `v${version}` }), at)

/** Ada and Bo are registered and renamed, one after the other, at the positions 2, 4, 5 and 6; before the time 10. */
const WRITES = [
  registered('ada', 2, 1),
  registered('bo', 4, 3),
  renamed('ada', 3, 5, 5),
  renamed('bo', 3, 6, 7),
] as const

describe('a read with a token is explained', () => {
  it.each<[string, TenantOperation]>([
    ['when it shows what the token stands for', readUser(5, 3, 10)],
    ['when it shows more', readUser(2, 3, 10)],
    ['when it is no older than the token, though older than the log', readUser(4, 2, 10)],
    ['when a list has followed up to it', readUsers(5, { ada: 3, bo: 2 }, 10)],
    ['when a list has followed further', readUsers(5, { ada: 3, bo: 3 }, 10)],
    ['when the tenant has not changed', readTenant(6, 1, 10)],
  ])('%s', (_when, one) => expect(explained(...WRITES, one)).toBe(true))
})

describe('a read with a token is caught', () => {
  it.each<[string, TenantOperation]>([
    ['when it is older than the token', readUser(5, 2, 10)],
    ['when it does not know who was registered', readUser(2, undefined, 10)],
    ['when a list is older than the token', readUsers(6, { ada: 3, bo: 2 }, 10)],
    ['when a list lacks somebody', readUsers(4, { ada: 2 }, 10)],
    ['when it is answered before what it shows was asked for', readUser(2, 3, 3)],
    ['when its token was never given', readUser(7, 3, 10)],
  ])('%s', (_when, one) => expect(explained(...WRITES, one)).toBe(false))

  it('when the tenant is shown as it was', () => {
    const renames = [tenantRenamed(2, 2, 1), tenantRenamed(3, 3, 3)]
    expect(explained(...renames, readTenant(2, 2, 5))).toBe(true)
    expect(explained(...renames, readTenant(3, 2, 5))).toBe(false)
  })
})

describe('a read without a token is explained', () => {
  it.each<[string, readonly TenantOperation[]]>([
    ['when it shows the present', [readUser(0, 3, 10)]],
    ['when it shows the past, even that there was nobody', [readUser(0, 2, 10), readUser(0, undefined, 12)]],
    ['when it goes back behind another', [readUser(0, 3, 10), readUser(0, 2, 12)]],
    ['when a list shows what once was', [readUsers(0, { ada: 2, bo: 2 }, 10), readUsers(0, {}, 12)]],
  ])('%s', (_when, reads) => expect(explained(...WRITES, ...reads)).toBe(true))
})

describe('a read without a token is caught', () => {
  it.each<[string, TenantOperation]>([
    ['when a list mixes two states', readUsers(0, { ada: 2, bo: 3 }, 10)],
    ['when a list knows the later of two and not the earlier', readUsers(0, { bo: 2 }, 10)],
    ['when the total is of another state than the page', readUsers(0, { ada: 2 }, 10, 2)],
    [
      'when a user has the version of one state and the name of another',
      read({ kind: 'readUser', userId: 'ada', from: 0 }, oneShown({ version: 2, name: 'v3' }), 10),
    ],
    ['when it shows what nobody has written', readUser(0, 4, 10)],
    ['when it shows what has not been asked for yet', readUser(0, 3, 3)],
  ])('%s', (_when, one) => expect(explained(...WRITES, one)).toBe(false))
})

describe('writes', () => {
  it('that nobody was told of are read when they have happened, and never before they were asked for', () => {
    const untold = renamed('ada', 3, 3, 5, Infinity)
    expect(explained(registered('ada', 2, 1), untold, readUser(0, 3, 6), readUser(2, 2, 8))).toBe(true)
    expect(explained(registered('ada', 2, 1), untold, readUser(3, 2, 8))).toBe(false)
    expect(explained(registered('ada', 2, 1), untold, readUser(0, 3, 2))).toBe(false)
  })

  it('take effect in the order of the log', () => {
    expect(explained(registered('ada', 2, 1, 9), registered('bo', 4, 1, 9))).toBe(true)
    // Answered one after the other, but for the log it was the other way round.
    expect(explained(registered('ada', 4, 1), registered('bo', 2, 3))).toBe(false)
    expect(explained(registered('ada', 2, 1, 9), registered('bo', 2, 1, 9))).toBe(false)
  })

  it('of the tenant happen to the version they name, and are refused otherwise', () => {
    const rename = (expected: number, output: TenantAnswer, at: number) =>
      asked({ kind: 'renameTenant', name: 'v2', expected }, output, at)
    const done = { ok: true, version: 2, name: 'v2', position: 2 } as const
    const failed = { ok: false, code: 'precondition.failed' } as const
    expect(explained(rename(1, done, 1), rename(1, failed, 3))).toBe(true)
    expect(explained(rename(1, failed, 1), rename(1, done, 3))).toBe(false)
    expect(explained(rename(2, done, 1))).toBe(false)
    expect(explained(rename(1, { ...done, version: 3 }, 1))).toBe(false)
  })
})

it('however far reads lag behind, each is explained as long as it is of one state and of none before its token', () => {
  const step = fc.record({ user: fc.integer({ min: 0, max: 2 }), lag: fc.nat(8), token: fc.nat(8) })
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
      const states: Readonly<Record<string, number>>[] = [{}]
      const history: TenantOperation[] = []
      for (const [index, { user, lag, token }] of steps.entries()) {
        const now = states.at(-1) ?? {}
        const name = `user${user}`
        const version = (now[name] ?? 1) + 1
        const position = states.length
        history.push(
          version === 2 ? registered(name, position, 4 * index) : renamed(name, version, position, 4 * index),
        )
        states.push({ ...now, [name]: version })
        const shown = Math.max(0, position - lag)
        const seen = states[shown] ?? {}
        history.push(readUsers(Math.max(0, shown - token), seen, 4 * index + 2))
        const tooOld = readUsers(shown + 1, seen, 4 * index + 2)
        expect(explained(...history, tooOld)).toBe(false)
      }
      expect(explained(...history)).toBe(true)
    }),
    { numRuns: 50 },
  )
})
