import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isLinearizable, type Operation, type SequentialModel } from '../../support/linearizability.ts'
import { usersModel, type UserAnswer, type UserOperation, type UserRequest } from '../../support/users-model.ts'

type Access = { readonly write: number } | 'read'

/** A register: what was written last is read. */
const register: SequentialModel<number, Access, number> = {
  initial: 0,
  step: (state, input, output) => {
    if (input !== 'read') return input.write
    return output === state ? state : undefined
  },
  keyOf: String,
}

const write = (called: number, returned: number, value: number): Operation<Access, number> => ({
  called,
  returned,
  input: { write: value },
  output: value,
})
const read = (called: number, returned: number, output: number): Operation<Access, number> => ({
  called,
  returned,
  input: 'read',
  output,
})

describe('a history of a register is linearizable', () => {
  it.each<[string, readonly Operation<Access, number>[]]>([
    ['when nothing has happened', []],
    ['when a read sees what was written before it', [write(1, 2, 7), read(3, 4, 7)]],
    ['when a read during a write sees it', [write(1, 4, 7), read(2, 3, 7)]],
    ['when a read during a write does not see it yet', [write(1, 4, 7), read(2, 3, 0)]],
    [
      'when reads during two writes see one after the other',
      [write(1, 6, 7), write(1, 6, 8), read(2, 3, 8), read(4, 5, 7)],
    ],
    ['when a write that nobody was told of is seen late', [write(1, Infinity, 7), read(2, 3, 0), read(4, 5, 7)]],
  ])('%s', (_when, history) => {
    expect(isLinearizable(register, history)).toBe(true)
  })
})

describe('a history of a register is not linearizable', () => {
  it.each<[string, readonly Operation<Access, number>[]]>([
    ['when a read does not see what was written before it', [write(1, 2, 7), read(3, 4, 0)]],
    ['when a read sees what nobody has written', [read(1, 2, 7)]],
    ['when a read goes back behind another', [write(1, 6, 7), read(2, 3, 7), read(4, 5, 0)]],
    [
      'when two readers see two writes in different orders',
      [write(1, 2, 7), write(1, 2, 8), read(3, 4, 7), read(5, 6, 8), read(7, 8, 7)],
    ],
    ['when a write is seen before it was asked for', [read(1, 2, 7), write(3, 4, 7)]],
  ])('%s', (_when, history) => {
    expect(isLinearizable(register, history)).toBe(false)
  })
})

it('histories in which every operation takes effect between call and answer are linearizable', () => {
  const access = fc.record({
    value: fc.option(fc.integer({ min: 1, max: 3 })),
    before: fc.integer({ min: 1, max: 5 }),
    after: fc.integer({ min: 1, max: 5 }),
  })
  fc.assert(
    fc.property(fc.array(access, { maxLength: 12 }), (accesses) => {
      let state = 0
      const history = accesses.map(({ value, before, after }, index) => {
        if (value !== null) state = value
        const times = [2 * index - before, 2 * index + after] as const
        return value === null ? read(...times, state) : write(...times, value)
      })
      expect(isLinearizable(register, history)).toBe(true)
    }),
  )
})

describe('the users of a tenant', () => {
  const asked = (input: UserRequest, output: UserAnswer, called: number, returned = called + 1): UserOperation => ({
    called,
    returned,
    input,
    output,
  })
  const registered = (userId: string, email: string, at: number, returned?: number) =>
    asked({ kind: 'register', userId, email }, { ok: true, version: 2 }, at, returned)
  const refused = (input: UserRequest, code: string, at: number) => asked(input, { ok: false, code }, at)

  it('are registered once an address, as long as there is room', () => {
    const history = [
      registered('a', 'a@x', 1),
      refused({ kind: 'register', userId: 'b', email: 'a@x' }, 'user.already_exists', 3),
      registered('c', 'c@x', 5),
      refused({ kind: 'register', userId: 'd', email: 'd@x' }, 'user.quota_exceeded', 7),
    ]
    expect(isLinearizable(usersModel(2), history)).toBe(true)
    expect(isLinearizable(usersModel(3), history)).toBe(false)
    expect(isLinearizable(usersModel(2), [...history, registered('e', 'e@x', 9)])).toBe(false)
    expect(isLinearizable(usersModel(9), [registered('a', 'a@x', 1), registered('b', 'a@x', 1)])).toBe(false)
  })

  it('change in the version that was named, and one of two changes of the same version is refused', () => {
    const rename = (name: string) => ({ kind: 'rename', userId: 'a', name, expected: 2 }) as const
    const done = (name: string, at: number, returned: number) =>
      asked(rename(name), { ok: true, version: 3, name }, at, returned)
    const known = registered('a', 'a@x', 1)
    const history = [known, done('A', 3, 9), refused(rename('B'), 'precondition.failed', 4)]
    expect(isLinearizable(usersModel(9), history)).toBe(true)
    expect(isLinearizable(usersModel(9), [known, done('A', 3, 9), done('B', 4, 9)])).toBe(false)
    // Refused before the other change was asked for: nothing explains that.
    expect(
      isLinearizable(usersModel(9), [known, refused(rename('B'), 'precondition.failed', 3), done('A', 5, 9)]),
    ).toBe(false)
  })

  it('are read as they were last written', () => {
    const seen = (version: number, at: number) => asked({ kind: 'read', userId: 'a' }, { ok: true, version }, at)
    expect(isLinearizable(usersModel(9), [seen(0, 1), registered('a', 'a@x', 3), seen(2, 5)])).toBe(true)
    expect(isLinearizable(usersModel(9), [registered('a', 'a@x', 3), seen(0, 5)])).toBe(false)
  })

  it('say nothing against refusals that pass', () => {
    const history = [refused({ kind: 'register', userId: 'a', email: 'a@x' }, 'tenant.fenced', 1)]
    expect(isLinearizable(usersModel(9), history)).toBe(false)
    expect(isLinearizable(usersModel(9, ['tenant.fenced']), history)).toBe(true)
  })
})
