import type { App } from '../../context.ts'
import { RefusalError } from '../../refusal-error.ts'
import { openApiDocument } from '../openapi-document.ts'

/** The documents about the API itself, and the development mailbox. */
export const registerDocuments = (app: App) => {
  // Generated on the first request for it, when every route has been registered, and once: it costs milliseconds.
  let document: ReturnType<typeof openApiDocument> | undefined
  app.get('/openapi.json', (c) => {
    document ??= openApiDocument(app)
    return c.json(document, 200, { 'Cache-Control': 'public, max-age=300' })
  })
  app.get('/.well-known/jwks.json', async (c) =>
    c.json(await c.get('services').keyRing.jwks(), 200, { 'Cache-Control': 'public, max-age=300' }),
  )
  app.get('/dev/mailbox', async (c) => {
    const { mailbox, profile } = c.get('services')
    if (!mailbox || profile !== 'development') throw new RefusalError({ code: 'route.not_found' })
    return c.json({ items: await mailbox() }, 200)
  })
}
