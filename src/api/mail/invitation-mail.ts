import type { Mail } from '#domain/ports/mailer.ts'
import { normalizeName } from '#domain/tenant/tenant-rules.ts'
import { INVITATION_LIFETIME } from '#domain/user/user-rules.ts'
import { formatDate } from '../i18n/formats.ts'
import type { Language } from '../i18n/languages.ts'
import { messages } from '../i18n/messages.ts'

export interface InvitationMailInput {
  readonly language: Language
  readonly to: string
  readonly tenantName: string
  readonly displayName?: string
  readonly token: string
  /** Where links in mails lead, without a slash at the end. */
  readonly publicUrl: string
  /** When the invitation is made, in milliseconds since the epoch. */
  readonly now: number
}

/** The mail that brings an invitation to the invited. Names read as the tenant will hold them, whatever spaces came around them. */
export function invitationMail(invitation: InvitationMailInput): Mail {
  const { language, to, token, publicUrl, now } = invitation
  const tenantName = normalizeName(invitation.tenantName)
  const displayName = normalizeName(invitation.displayName ?? '')
  const greeting =
    displayName === ''
      ? messages.format(language, 'invitation-greeting')
      : messages.format(language, 'invitation-greeting-named', { displayName })
  const text = messages.format(language, 'invitation-text', {
    tenantName,
    link: `${publicUrl}/invitations/${token}`,
    token,
    expiresOn: formatDate(language, now + INVITATION_LIFETIME),
  })
  return {
    to,
    subject: messages.format(language, 'invitation-subject', { tenantName }),
    text: `${greeting}\n\n${text}\n`,
  }
}
