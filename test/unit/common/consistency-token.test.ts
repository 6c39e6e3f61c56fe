import { describe, expect, it } from 'vitest'
import { formatConsistencyToken, parseConsistencyTokens } from '#common/consistency-token.ts'
import { tenantIdOf } from '../../support/subjects.ts'

const [first, second] = [tenantIdOf(1), tenantIdOf(2)]

describe('a consistency token', () => {
  it('is read as it was written', () => {
    const token = { tenantId: first, position: 42 }
    expect(parseConsistencyTokens(formatConsistencyToken(token))).toEqual([token])
  })

  it('may come with those of other tenants, up to 16', () => {
    expect(parseConsistencyTokens(`${first}@1, ${second}@2`)).toEqual([
      { tenantId: first, position: 1 },
      { tenantId: second, position: 2 },
    ])
    expect(parseConsistencyTokens(Array(16).fill(`${first}@1`).join(','))).toHaveLength(16)
    expect(parseConsistencyTokens(Array(17).fill(`${first}@1`).join(','))).toBeUndefined()
  })

  it('may name the empty log and the largest position', () => {
    expect(parseConsistencyTokens(`${first}@0`)).toEqual([{ tenantId: first, position: 0 }])
    expect(parseConsistencyTokens(`${first}@${Number.MAX_SAFE_INTEGER}`)).toHaveLength(1)
  })

  it.each([
    '',
    ',',
    '@',
    '@1',
    first,
    `${first}@`,
    `${first}@-1`,
    `${first}@+1`,
    `${first}@1.5`,
    `${first}@1e3`,
    `${first}@0x1`,
    `${first}@1@2`,
    `${first}@ 1`,
    `${first}@9007199254740992`,
    `${first}@٣`,
    'usr_1@1',
    `${first}@1,`,
    `${first}@1;${second}@1`,
  ])('is not %j', (header) => {
    expect(parseConsistencyTokens(header)).toBeUndefined()
  })
})
