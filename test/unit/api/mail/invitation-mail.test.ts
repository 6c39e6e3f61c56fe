import { describe, expect, it } from 'vitest'
import { LANGUAGES } from '#api/i18n/languages.ts'
import { invitationMail } from '#api/mail/invitation-mail.ts'

const invitation = {
  language: 'en',
  to: 'ada@example.com',
  tenantName: 'Analytical Engines',
  token: 'inv_1',
  publicUrl: 'https://acci.example',
  now: Date.UTC(2026, 10, 24, 23, 59),
} as const

describe('the mail of an invitation', () => {
  it('says who invites, where to accept, and until when', () => {
    expect(invitationMail({ ...invitation, displayName: 'Ada' })).toEqual({
      to: 'ada@example.com',
      subject: 'Your invitation to Analytical Engines',
      text: `Hello Ada,

You have been invited to Analytical Engines. Open this link to choose a password:

https://acci.example/invitations/inv_1

Or use this token: inv_1

The invitation is valid until December 1, 2026 and can be used once. If you did not expect it, you can ignore this message.

Sent by ACCI
`,
    })
  })

  it('greets without a name when it has none', () => {
    expect(invitationMail(invitation).text).toMatch(/^Hello,\n/)
    expect(invitationMail({ ...invitation, displayName: ' ' }).text).toMatch(/^Hello,\n/)
  })

  it('shows names as the tenant will hold them', () => {
    const mail = invitationMail({ ...invitation, tenantName: ' Analytical Engines ', displayName: ' Ada ' })
    expect(mail.subject).toBe('Your invitation to Analytical Engines')
    expect(mail.text).toMatch(/^Hello Ada,\n/)
  })

  it.each(LANGUAGES)('is whole in %s', (language) => {
    const { subject, text } = invitationMail({ ...invitation, language, displayName: 'Ada' })
    expect(subject).toContain('Analytical Engines')
    for (const part of ['Ada', 'https://acci.example/invitations/inv_1\n', '2026', 'ACCI']) expect(text).toContain(part)
    expect(`${subject}${text}`).not.toMatch(/[{}]/)
  })

  it('writes the last day as the language does', () => {
    expect(invitationMail({ ...invitation, language: 'de' }).text).toContain('gilt bis zum 1. Dezember 2026')
  })
})
