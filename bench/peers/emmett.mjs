// emmett-postgresql with Hono, as its own sample binds them; the read row is an inline projection of raw SQL, so that it is
// written in the transaction of the append.
import { serve } from '@hono/node-server'
import { SQL } from '@event-driven-io/dumbo'
import { CommandHandler, projections } from '@event-driven-io/emmett'
import { getPostgreSQLEventStore, postgreSQLRawSQLProjection } from '@event-driven-io/emmett-postgresql'
import { Hono } from 'hono'
import pg from 'pg'
import {
  answerOf,
  endWithParent,
  evolve,
  newId,
  nobody,
  READ_ROW,
  register,
  ROUTES,
  settings,
  TRIES,
  update,
} from './user.mjs'

endWithParent()
const pool = new pg.Pool({ connectionString: settings.databaseUrl, max: settings.connections })
await pool.query(READ_ROW)

const readRow = postgreSQLRawSQLProjection({
  name: 'user_profile',
  canHandle: ['UserRegistered', 'UserUpdated'],
  evolve: ({ type, data }) =>
    type === 'UserRegistered'
      ? SQL`insert into user_profile (tenant_id, user_id, email, role, status, created_at, updated_at, version)
            values (${data.tenantId}, ${data.userId}, ${data.email}, ${data.role}, 'invited', ${data.createdAt},
              ${data.updatedAt}, 1)`
      : SQL`update user_profile set display_name = ${data.displayName}, updated_at = ${data.updatedAt},
              version = version + 1
            where tenant_id = ${data.tenantId} and user_id = ${data.userId}`,
})
const store = getPostgreSQLEventStore(settings.databaseUrl, {
  projections: projections.inline([readRow]),
  connectionOptions: { pooled: true, pool },
})
await store.schema.migrate()
const handle = CommandHandler({
  evolve,
  initialState: nobody,
  retry: {
    retries: TRIES,
    minTimeout: 1,
    factor: 1.2,
    shouldRetryError: (error) =>
      error?.name === 'ExpectedVersionConflictError' || /version/i.test(error?.message ?? ''),
  },
})

const app = new Hono()
app.onError((error, c) => c.json({ error: error.message }, error.status ?? 409))
app.post(ROUTES.register, async (c) => {
  const userId = newId('usr')
  const command = { ...(await c.req.json()), tenantId: c.req.param('tenantId'), userId }
  const { newState } = await handle(store, `user-${userId}`, (state) => register(state, command))
  return c.json(answerOf(newState), 201)
})
app.patch(ROUTES.update, async (c) => {
  const { tenantId, userId } = c.req.param()
  const { displayName } = await c.req.json()
  const { newState } = await handle(store, `user-${userId}`, (state) =>
    update(state, { tenantId, userId, displayName }),
  )
  return c.json(answerOf(newState))
})
serve({ fetch: app.fetch, port: settings.port, hostname: '127.0.0.1' })
