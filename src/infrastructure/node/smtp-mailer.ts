import { createTransport } from 'nodemailer'
import type { Mailer } from '#domain/ports/mailer.ts'

/** Sends through an SMTP server. A mail that is not taken throws, and the writer tries again later. */
export function createSmtpMailer(url: string, from: string): Mailer {
  const transport = createTransport(url)
  return {
    async send({ to, subject, text }) {
      await transport.sendMail({ from, to, subject, text })
    },
  }
}
