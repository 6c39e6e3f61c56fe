// Plain Fastify CRUD: one row a user, changed in place by one statement. No events, no history, no check of a version.
import Fastify from 'fastify'
import pg from 'pg'
import { answerOf, endWithParent, evolve, newId, nobody, READ_ROW, register, ROUTES, settings } from './user.mjs'

endWithParent()
const pool = new pg.Pool({ connectionString: settings.databaseUrl, max: settings.connections })
await pool.query(READ_ROW)
const app = Fastify()

app.post(ROUTES.register, async ({ params, body }, reply) => {
  const { data } = register(nobody(), { ...params, ...body, userId: newId('usr') })
  await pool.query({
    name: 'register',
    text: `insert into user_profile (tenant_id, user_id, email, role, status, created_at, updated_at, version)
           values ($1, $2, $3, $4, 'invited', $5, $5, 1)`,
    values: [data.tenantId, data.userId, data.email, data.role, data.createdAt],
  })
  return reply.code(201).send(answerOf(evolve(nobody(), { type: 'UserRegistered', data })))
})

app.patch(ROUTES.update, {
  schema: {
    body: {
      type: 'object',
      required: ['displayName'],
      properties: { displayName: { type: 'string', minLength: 1, maxLength: 100 } },
    },
  },
  async handler({ params, body }, reply) {
    const { rows } = await pool.query({
      name: 'update',
      text: `update user_profile set display_name = $3, updated_at = $4, version = version + 1
             where tenant_id = $1 and user_id = $2
             returning user_id as "userId", tenant_id as "tenantId", email, display_name as "displayName", role, status,
               created_at as "createdAt", updated_at as "updatedAt"`,
      values: [params.tenantId, params.userId, body.displayName, new Date().toISOString()],
    })
    return rows[0] ?? reply.code(404).send({ error: 'there is no such user' })
  },
})

await app.listen({ port: settings.port, host: '127.0.0.1' })
