import { describe, expect, it } from 'vitest'
import { invitationTokenHash, makeInvitationToken, parseInvitationToken } from '#domain/user/invitation-token.ts'
import { TENANT, userIdOf } from '../../../support/subjects.ts'
import { testTools } from '../../../support/tools.ts'

const token = makeInvitationToken(TENANT, userIdOf(2), new Uint8Array(32).fill(255))

describe('an invitation token', () => {
  it('names tenant and user', () => {
    expect(parseInvitationToken(token)).toEqual({ tenantId: TENANT, userId: userIdOf(2) })
  })

  it('is nothing else', () => {
    const [, tenant, user, secret = ''] = token.split('_')
    const wrong = [
      '',
      token.slice(1),
      `${token}A`,
      token.slice(0, -1),
      `${token}\n`,
      `inv_8${tenant?.slice(1)}_${user}_${secret}`,
      `inv_${tenant}_${user}_${secret.slice(0, -1)}_`,
      `inv_${tenant}_${user}_${'+'.repeat(43)}`,
    ]
    for (const text of wrong) expect(parseInvitationToken(text), text).toBeUndefined()
  })

  it('has only one spelling: the bits its last character leaves over are zero', () => {
    expect(parseInvitationToken(`${token.slice(0, -1)}9`)).toBeUndefined()
  })

  it('is kept as a hash with a purpose of its own', () => {
    const { cryptography } = testTools()
    expect(invitationTokenHash(cryptography, token)).toMatch(/^[0-9a-f]{64}$/)
    expect(invitationTokenHash(cryptography, token)).not.toBe(cryptography.sha256Hex(token))
  })
})
