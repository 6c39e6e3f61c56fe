import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startMailServer, type MailServer } from '../../tools/mail-server.ts'
import { Client, text } from './client.ts'
import { ADMIN, startProduct, type RunningProduct } from './running-product.ts'

describe.each(['tools/start.ts', 'tools/start-container.ts'] as const)('mail by %s', (tool) => {
  let server: MailServer
  let product: RunningProduct

  beforeAll(async () => {
    const started = await startMailServer()
    // `npm test` knows this start of the message, and reports the file as not run.
    if ('notRun' in started) throw new Error(`not run: ${started.notRun}`)
    server = started
    product = await startProduct(tool, { SMTP_URL: server.url, ACCI_MAIL_FROM: 'acci@acci.example' })
  }, 120_000)
  afterAll(async () => {
    await product?.kill()
    product?.clean()
    await server?.stop()
  })

  it('carries an invitation through a mail server, in the inviter’s language, and nowhere else', async () => {
    const client = new Client(product.url)
    const token = text((await client.login(ADMIN.email, ADMIN.password)).body['token'])
    const created = await client.call('POST', '/api/v1/tenants', {
      token,
      headers: { 'Accept-Language': 'de' },
      body: {
        name: 'Bücher am Hafen',
        subscriptionPlan: 'free',
        adminEmail: 'mara@example.com',
        settings: { allowedAuthMethods: ['password'], maxUsers: 10, securityPolicy: {} },
      },
    })
    expect(created.status).toBe(201)
    expect(created.body).not.toHaveProperty('invitation')
    await expect.poll(async () => (await server.mails()).length, { timeout: 20_000 }).toBe(1)
    const [mail = ''] = await server.mails()
    expect(mail).toMatch(/^From: acci@acci\.example$/m)
    expect(mail).toMatch(/^To: mara@example\.com$/m)
    const body = unquoted(mail.slice(mail.search(/\r?\n\r?\n/)))
    expect(body).toContain('Bücher am Hafen')
    const invitation = /inv_[A-Za-z0-9_-]+/.exec(body)?.[0]
    const accepted = await client.call('POST', '/api/v1/invitations/accept', {
      body: { token: invitation, password: 'Tr0ub4dor&3' },
    })
    expect(accepted.status).toBe(200)
    // With a mail server there is no mailbox to look into.
    expect((await client.call('GET', '/dev/mailbox')).status).toBe(404)
  })
})

/** Text of a quoted-printable or base64 body. */
function unquoted(body: string): string {
  if (/^[\s\w+/=]+$/.test(body) && !/\s\S+\s\S+\s/.test(body)) return Buffer.from(body, 'base64').toString()
  const bytes = body
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}
