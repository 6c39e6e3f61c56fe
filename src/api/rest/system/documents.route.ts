import type { App } from '../../context.ts'
import { RefusalError } from '../../refusal-error.ts'

/** The documents about the API itself, and the development mailbox. */
export const registerDocuments = (app: App) => {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  })
  app.doc('/openapi.json', {
    openapi: '3.0.0',
    info: { title: 'ACCI Framework API', version: 'v1', description: 'Enterprise-grade multi-tenant API' },
  })
  app.get('/.well-known/jwks.json', async (c) =>
    c.json(await c.var.services.keyRing.jwks(), 200, { 'Cache-Control': 'public, max-age=300' }),
  )
  app.get('/dev/mailbox', async (c) => {
    const { mailbox, profile } = c.var.services
    if (!mailbox || profile !== 'development') throw new RefusalError({ code: 'route.not_found' })
    return c.json({ items: await mailbox() }, 200)
  })
}
