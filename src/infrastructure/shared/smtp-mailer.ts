import Mail from 'nodemailer/lib/mailer'
import SmtpTransport from 'nodemailer/lib/smtp-transport'
import type { Mailer } from '#domain/ports/mailer.ts'

/** Milliseconds for each of connecting, greeting and being answered: due work has claimed its mail for 30 s (`due-work.ts`). */
const PATIENCE = 8_000

/**
 * Sends through an SMTP server, from Node and from workerd alike, which has `node:net` and `node:tls`. A mail that is not
 * taken throws, and the writer tries again later. One connection a mail: none is held open between them.
 */
export function createSmtpMailer(url: string, from: string): Mailer {
  const transport = new Mail(
    new SmtpTransport({
      url,
      connectionTimeout: PATIENCE,
      greetingTimeout: PATIENCE,
      socketTimeout: PATIENCE,
      disableFileAccess: true,
      disableUrlAccess: true,
    }),
  )
  return {
    async send({ to, subject, text }) {
      await transport.sendMail({ from, to, subject, text })
    },
  }
}
