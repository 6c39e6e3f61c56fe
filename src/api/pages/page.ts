import { html } from 'hono/html'
import type { AppContext } from '../context.ts'
import { messages } from '../i18n/messages.ts'
import { styleSheetName } from './style-sheet.ts'

type Html = ReturnType<typeof html>

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
  const language = c.get('language')
  c.header('Content-Language', language)
  c.header('Referrer-Policy', 'no-referrer')
  c.header(
    'Content-Security-Policy',
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  )
  return c.html(
    html`<!doctype html>
      <html lang="${language}">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="robots" content="noindex" />
          <title>${title} – ${messages.format(language, 'app-title')}</title>
          <link rel="stylesheet" href="../assets/${styleSheetName(c)}" />
        </head>
        <body>
          <main>${content}</main>
        </body>
      </html>`,
    status,
  )
}
