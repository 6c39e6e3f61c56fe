import type { App, AppContext } from '../context.ts'
import { RefusalError } from '../refusal-error.ts'

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

/** Enough of a hash that no two texts share it. */
const HASH_LENGTH = 16
/** A day (seed line 763). Under this name the text never changes, so nobody has to ask again. */
const KEPT = 'public, max-age=86400, immutable'

/** Carries the hash of the text: another text has another name. */
export const styleSheetName = (c: AppContext): string =>
  `pages-${c.get('services').cryptography.sha256Hex(STYLE).slice(0, HASH_LENGTH)}.css`

/** What all pages look like, fetched once and not with each page. */
export const registerStyleSheet = (app: App) =>
  app.get('/assets/:name', (c) => {
    if (c.req.param('name') !== styleSheetName(c)) throw new RefusalError({ code: 'route.not_found' })
    return c.body(STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': KEPT })
  })
