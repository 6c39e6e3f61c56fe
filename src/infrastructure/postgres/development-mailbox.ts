import { timestampOf, type Clock } from '#domain/ports/clock.ts'
import type { Mail, Mailer } from '#domain/ports/mailer.ts'
import type { SqlSession } from './sql-session.ts'

/** A development stand-in for a mail server: keeps mails in a table, for `/dev/mailbox` to show. */
export class DevelopmentMailbox implements Mailer {
  readonly #session: SqlSession
  readonly #clock: Clock

  constructor(session: SqlSession, clock: Clock) {
    this.#session = session
    this.#clock = clock
  }

  async send({ to, subject, text }: Mail): Promise<void> {
    await this.#session.transaction('owner', [
      {
        text: 'insert into development.mailbox (recipient, subject, body, sent_at) values ($1, $2, $3, $4)',
        params: [to, subject, text, timestampOf(this.#clock())],
      },
    ])
  }

  /** The last 100 mails, newest first. */
  async list(): Promise<readonly (Mail & { readonly sentAt: string })[]> {
    const [rows = []] = await this.#session.transaction('owner', [
      { text: 'select recipient, subject, body, sent_at from development.mailbox order by id desc limit 100' },
    ])
    return rows.map((row) => ({
      to: String(row['recipient']),
      subject: String(row['subject']),
      text: String(row['body']),
      sentAt: String(row['sent_at']),
    }))
  }
}
