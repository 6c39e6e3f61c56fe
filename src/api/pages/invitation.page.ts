import { bodyLimit } from 'hono/body-limit'
import { html } from 'hono/html'
import { ERRORS, messageIdOf } from '#common/errors.ts'
import type { ErrorParams, Refusal } from '#common/outcome.ts'
import type { App, AppContext } from '../context.ts'
import { messages } from '../i18n/messages.ts'
import { acceptInvitation, findInvitation } from '../invitation.ts'
import { discardBody } from '../middleware/discard-body.ts'
import { RefusalError } from '../refusal-error.ts'
import { pageAnswer } from './page.ts'

const PATH = '/invitations/:token'
/** Far more than a form of two fields can hold. */
const MAX_FORM_BYTES = 16 * 1024
const MIN_LENGTH = 8

const text = (c: AppContext, id: string, params?: ErrorParams) => messages.format(c.get('language'), id, params)

/**
 * Where the link in an invitation's mail leads: a form for the first password. Looking at it uses nothing up, since mail
 * programs look at links too. Registered before the guard of JSON bodies: what comes here is a form.
 */
export const registerInvitationPage = (app: App) => {
  app.get(PATH, (c) => refusalsAsPages(c, () => form(c, c.req.param('token'))))
  app.post(
    PATH,
    bodyLimit({
      maxSize: MAX_FORM_BYTES,
      onError: async (c) => {
        await discardBody(c)
        return explain(c, { code: 'request.too_large', params: { max: MAX_FORM_BYTES } })
      },
    }),
    (c) =>
      refusalsAsPages(c, async () => {
        const token = c.req.param('token')
        const given = await c.req.parseBody().catch(() => undefined)
        const password = given?.['password']
        const displayName = given?.['displayName']
        if (typeof password !== 'string' || (displayName !== undefined && typeof displayName !== 'string'))
          throw new RefusalError({ code: 'request.unreadable' })
        const name = displayName?.trim() === '' ? undefined : displayName
        try {
          const { tenantName } = await acceptInvitation(c, token, password, name)
          const welcome = text(c, 'invitation-accepted', { tenantName })
          return pageAnswer(
            c,
            200,
            tenantName,
            html`<h1>${tenantName}</h1>
              <p>${welcome}</p>`,
          )
        } catch (fault) {
          // What can be mended is shown beside the form; the password is asked for again.
          if (!(fault instanceof RefusalError) || !isMendable(fault.refusal)) throw fault
          return form(c, token, fault.refusal, name)
        }
      }),
  )
}

const isMendable = ({ code }: Refusal): boolean => ERRORS[code].status === 422 || code === 'auth.hashing_busy'

async function form(c: AppContext, token: string, refusal?: Refusal, displayName = '') {
  const { open, tenantName, minLength } = await findInvitation(c, token)
  if (!open.ok) return explain(c, open.error)
  const title = text(c, 'invitation-subject', { tenantName })
  const faults = refusal ? faultTexts(c, refusal) : []
  return pageAnswer(
    c,
    refusal ? statusOf(refusal) : 200,
    title,
    html`<h1>${title}</h1>
      <p>${text(c, 'invitation-choose-password')}</p>
      <form method="post" accept-charset="utf-8">
        <label for="displayName">${text(c, 'invitation-display-name')}</label>
        <input id="displayName" name="displayName" autocomplete="name" maxlength="100" value="${displayName}" />
        <label for="password">${text(c, 'invitation-password')}</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="new-password"
          required
          maxlength="128"
          aria-describedby="rules${faults.length > 0 ? ' faults' : ''}"
        />
        <p class="hint" id="rules">${text(c, 'invitation-password-rules', { min: Math.max(MIN_LENGTH, minLength) })}</p>
        ${
          faults.length > 0
            ? html`<ul class="faults" id="faults" role="alert">
                ${faults.map((fault) => html`<li>${fault}</li>`)}
              </ul>`
            : ''
        }
        <button type="submit">${text(c, 'invitation-accept')}</button>
      </form>`,
  )
}

const faultTexts = (c: AppContext, { code, params, fields = [] }: Refusal): readonly string[] =>
  fields.length > 0
    ? fields.map((field) => text(c, messageIdOf(field.code), field.params))
    : [text(c, messageIdOf(code), params)]

async function refusalsAsPages(c: AppContext, answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer()
  } catch (fault) {
    if (fault instanceof RefusalError) return explain(c, fault.refusal)
    throw fault
  }
}

function explain(c: AppContext, refusal: Refusal) {
  const { code, params, retryAfter } = refusal
  if (retryAfter !== undefined) c.header('Retry-After', String(retryAfter))
  const title = text(c, `${messageIdOf(code)}.title`)
  return pageAnswer(
    c,
    statusOf(refusal),
    title,
    html`<h1>${title}</h1>
      <p>${text(c, messageIdOf(code), params)}</p>`,
  )
}

const statusOf = ({ code }: Refusal) => ERRORS[code].status as Parameters<typeof pageAnswer>[1] // those of invitations
