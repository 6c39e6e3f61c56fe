import type { Mail } from '#domain/ports/mailer.ts'
import { INVITATION_LIFETIME } from '#domain/user/user-rules.ts'
import type { Language } from '../i18n/languages.ts'
import { formatMessage } from '../i18n/messages.ts'

export interface InvitationMailInput {
  readonly language: Language
  readonly to: string
  readonly tenantName: string
  readonly displayName?: string
  readonly token: string
  readonly publicUrl: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** The mail that brings an invitation to the invited. */
export function invitationMail({
  language,
  to,
  tenantName,
  displayName,
  token,
  publicUrl,
  now,
}: InvitationMailInput): Mail {
  const expiresOn = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(
    now + INVITATION_LIFETIME,
  )
  const greeting =
    displayName === undefined
      ? formatMessage(language, 'invitation-greeting')
      : formatMessage(language, 'invitation-greeting-named', { displayName })
  const text = formatMessage(language, 'invitation-text', {
    tenantName,
    link: `${publicUrl}/invitations/${token}`,
    token,
    expiresOn,
  })
  return {
    to,
    subject: formatMessage(language, 'invitation-subject', { tenantName }),
    text: `${greeting}\n\n${text}\n`,
  }
}
