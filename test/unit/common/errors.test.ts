import { describe, expect, it } from 'vitest'
import { ERRORS, messageIdOf, type ErrorCode } from '#common/errors.ts'

const codes = Object.keys(ERRORS) as ErrorCode[] // the keys of that table

describe('the error catalogue', () => {
  it('has a message id of its own for every code', () => {
    const ids = codes.map((code) => messageIdOf(code))
    expect(new Set(ids).size).toBe(codes.length)
    for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9-]*$/)
  })

  it('answers with the status that belongs to the GraphQL code', () => {
    const statuses: Record<string, readonly number[]> = {
      BAD_REQUEST: [400, 405, 415],
      BAD_USER_INPUT: [422],
      CONFLICT: [409],
      FORBIDDEN: [403],
      INTERNAL: [500],
      NOT_FOUND: [404],
      PAYLOAD_TOO_LARGE: [413],
      PRECONDITION_FAILED: [412],
      RATE_LIMITED: [429],
      UNAUTHENTICATED: [401],
      UNAVAILABLE: [503],
    }
    for (const code of codes) expect(statuses[ERRORS[code].graphql], code).toContain(ERRORS[code].status)
  })
})
