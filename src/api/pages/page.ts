import { html, raw } from 'hono/html'
import type { AppContext } from '../context.ts'
import { messages } from '../i18n/messages.ts'

type Html = ReturnType<typeof html>

/** Dark and light as the reader has it; no font, script or picture is loaded from anywhere. */
const STYLE = `
:root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; box-sizing: border-box }
main { width: 100%; max-width: 26rem }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem }
label { display: block; margin: 1.25rem 0 .25rem; font-weight: 600 }
input { width: 100%; box-sizing: border-box; font: inherit; padding: .625rem .75rem; border: 1px solid #767676; border-radius: .5rem }
button { margin-top: 1.5rem; width: 100%; font: inherit; font-weight: 600; padding: .75rem; border: 0; border-radius: .5rem; background: #1d4ed8; color: #fff; cursor: pointer }
button:hover { background: #1e40af }
:focus-visible { outline: 3px solid #60a5fa; outline-offset: 2px }
.hint { margin: .25rem 0 0; font-size: .9375rem }
.faults { margin: .5rem 0 0; padding: .75rem 1rem; list-style: none; border-left: 4px solid #b91c1c; background: light-dark(#fef2f2, #450a0a) }
`

/**
 * Answers with a page in the caller's language. Its address may carry a secret: nothing on it may tell that to anybody, and
 * nobody may put it into a frame.
 */
export function pageAnswer(
  c: AppContext,
  status: 200 | 400 | 404 | 409 | 413 | 422 | 429 | 503,
  title: string,
  content: Html,
) {
  const nonce = crypto.randomUUID()
  const { language } = c.var
  c.header('Content-Language', language)
  c.header('Referrer-Policy', 'no-referrer')
  c.header(
    'Content-Security-Policy',
    `default-src 'none'; style-src 'nonce-${nonce}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  )
  return c.html(
    html`<!doctype html>
      <html lang="${language}">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="robots" content="noindex" />
          <title>${title} – ${messages.format(language, 'app-title')}</title>
          <style nonce="${nonce}">
            ${raw(STYLE)}
          </style>
        </head>
        <body>
          <main>${content}</main>
        </body>
      </html>`,
    status,
  )
}
