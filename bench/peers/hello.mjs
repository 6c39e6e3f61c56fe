// The floor of HTTP: Hono on Node takes in the same request and answers as many bytes, and does nothing else.
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { answerOf, endWithParent, ROUTES, settings } from './user.mjs'

endWithParent()
const app = new Hono()
app.patch(ROUTES.update, async (c) => {
  const { displayName } = await c.req.json()
  const at = '2026-11-28T03:44:52.413Z'
  return c.json(
    answerOf({
      ...c.req.param(),
      email: 'user-0@example.com',
      displayName,
      role: 'user',
      status: 'invited',
      createdAt: at,
      updatedAt: at,
    }),
  )
})
serve({ fetch: app.fetch, port: settings.port, hostname: '127.0.0.1' })
