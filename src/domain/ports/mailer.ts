/** A mail in the recipient's language, ready to be sent. */
export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** Sends one mail, at least once. Throws when it could not be handed over; the writer tries again later. */
export interface Mailer {
  send(mail: Mail): Promise<void>
}
