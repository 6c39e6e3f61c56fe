import { createHash } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBrowser } from '../../tools/browser.ts'
import { Client, object, text } from './client.ts'
import { ADMIN, startProduct, type RunningProduct } from './running-product.ts'

const PASSWORD = 'Tr0ub4dor&3'
let serial = 0

describe.each(['tools/start.ts', 'tools/start-container.ts'] as const)('the page of an invitation, by %s', (tool) => {
  let product: RunningProduct
  let browser: Browser

  beforeAll(async () => {
    const started = await startBrowser()
    // `npm test` knows this start of the message, and reports the file as not run.
    if ('notRun' in started) throw new Error(`not run: ${started.notRun}`)
    browser = started
    product = await startProduct(tool)
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await product?.kill()
    product?.clean()
  })

  const client = () => new Client(product.url)

  /** A tenant whose admin has been invited by mail; the link is read in the development mailbox. */
  async function invited(language: string, tenantName = 'Harbour Books') {
    const email = `mara-${serial++}@example.com`
    const token = text((await client().login(ADMIN.email, ADMIN.password)).body['token'])
    const created = await client().call('POST', '/api/v1/tenants', {
      token,
      headers: { 'Accept-Language': language },
      body: {
        name: tenantName,
        subscriptionPlan: 'free',
        adminEmail: email,
        settings: { allowedAuthMethods: ['password'], maxUsers: 10, securityPolicy: { passwordMinLength: 10 } },
      },
    })
    expect(created.status).toBe(201)
    const link = await expect
      .poll(async () => {
        const { items } = (await client().call('GET', '/dev/mailbox')).body
        const mail = (items as readonly { to: string; text: string }[]).find(({ to }) => to === email) // as the mailbox gives it
        return /http\S+\/invitations\/\S+/.exec(mail?.text ?? '')?.[0]
      })
      .toMatch(/^http/)
      .then(async () => {
        const { items } = (await client().call('GET', '/dev/mailbox')).body
        const mail = (items as readonly { to: string; text: string }[]).find(({ to }) => to === email) // as above
        return text(/http\S+\/invitations\/\S+/.exec(mail?.text ?? '')?.[0])
      })
    return { email, link }
  }

  async function open(link: string, language = 'en'): Promise<Page> {
    const context = await browser.newContext({ locale: language })
    const page = await context.newPage()
    const faults: string[] = []
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    page.on('pageerror', (fault) => faults.push(fault.message))
    await page.goto(link)
    expect(faults).toEqual([])
    return page
  }

  it('takes the invited from the mail to a first sign-in', async () => {
    const { email, link } = await invited('en')
    const page = await open(link)
    expect(await page.title()).toContain('Your invitation to Harbour Books')
    await page.getByLabel('Your name').fill('Mara Berg')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Accept the invitation' }).click()
    await page.getByText('You can now sign in').waitFor()
    const login = await client().login(email, PASSWORD)
    expect(login.status).toBe(200)
    expect(object(login.body['user'])['displayName']).toBe('Mara Berg')
  })

  it('says what a password lacks, keeps the name, and goes on when it is mended', async () => {
    const { email, link } = await invited('de')
    const page = await open(link, 'de')
    expect(await page.getAttribute('html', 'lang')).toBe('de')
    await page.getByLabel('Ihr Name').fill('Mara <b>Berg</b>')
    await page.getByLabel('Passwort').fill('kurz')
    await page.getByRole('button', { name: 'Einladung annehmen' }).click()
    await page.getByRole('alert').waitFor()
    const faults = await page.getByRole('alert').innerText()
    expect(faults).toContain('Mindestens 10 Zeichen.')
    expect(faults).toContain('Ein Sonderzeichen fehlt.')
    expect(await page.getByLabel('Ihr Name').inputValue()).toBe('Mara <b>Berg</b>')
    await page.getByLabel('Passwort').fill(PASSWORD)
    await page.getByRole('button', { name: 'Einladung annehmen' }).click()
    await page.getByText('Ab sofort können Sie sich').waitFor()
    expect((await client().login(email, PASSWORD)).status).toBe(200)
  })

  it('uses nothing up by being looked at, and can be used once', async () => {
    const { link } = await invited('fr')
    await open(link, 'fr')
    const page = await open(link, 'fr')
    await page.getByLabel('Mot de passe').fill(PASSWORD)
    await page.getByRole('button').click()
    await page.getByText('Vous avez accepté').waitFor()
    const again = await fetch(link, { headers: { 'Accept-Language': 'fr' } })
    expect([again.status, await again.text()]).toEqual([409, expect.stringContaining('déjà été utilisée')])
  })

  it('writes what others have named into the page as text', async () => {
    const { link } = await invited('en', '<script>x</script>')
    const page = await open(link)
    expect(await page.getByRole('heading').innerText()).toContain('<script>x</script>')
    expect(await page.locator('main script').count()).toBe(0)
  })

  it('keeps its address to itself, loads nothing from elsewhere, and stays out of frames', async () => {
    const { link } = await invited('es')
    const response = await fetch(link, { headers: { 'Accept-Language': 'es' } })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-language')).toBe('es')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
    )
  })

  it('has its looks from a file that is kept for a day, under a name that changes with it', async () => {
    const { link } = await invited('en')
    const page = await open(link)
    expect(await page.evaluate('getComputedStyle(document.querySelector("button")).cursor')).toBe('pointer')
    const href = /<link rel="stylesheet" href="([^"]+)"/.exec(await page.content())?.[1] ?? ''
    expect(href).toMatch(/^\.\.\/assets\/pages-[0-9a-f]{16}\.css$/)
    const sheet = new URL(href, link)
    const response = await fetch(sheet)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8'])
    expect(response.headers.get('cache-control')).toBe('public, max-age=86400, immutable')
    expect(
      createHash('sha256')
        .update(await response.text())
        .digest('hex'),
    ).toMatch(new RegExp(`^${/-(\w+)\.css$/.exec(href)?.[1]}`))
    const other = await fetch(new URL('../assets/pages-0000000000000000.css', link))
    expect([other.status, other.headers.get('cache-control')]).toEqual([404, 'no-store'])
  })

  it.each([
    ['a token of nobody', `/invitations/inv_${'0'.repeat(26)}_${'0'.repeat(26)}_x`, 404],
    ['what is no token', '/invitations/%3Cscript%3E', 404],
  ])('shows a page for %s', async (_what, path, status) => {
    const response = await fetch(`${product.url}${path}`)
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'text/html; charset=UTF-8'])
  })

  it('answers broken forms with a page, never with a fault', async () => {
    const { link } = await invited('en')
    const post = (body: string, type = 'application/x-www-form-urlencoded') =>
      fetch(link, { method: 'POST', headers: { 'Content-Type': type }, body })
    expect((await post('')).status).toBe(400)
    expect((await post('password', 'application/json')).status).toBe(400)
    expect((await post('x', 'multipart/form-data')).status).toBe(400)
    expect((await post(`password=${'x'.repeat(200)}`)).status).toBe(422)
    expect((await post(`password=${'x'.repeat(20_000)}`)).status).toBe(413)
  })
})
