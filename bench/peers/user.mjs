// The main job, as every peer does it: a user is registered, and a user's display name is changed. Plain JavaScript, because
// the peers are installed on demand: the type check of the project must hold without them.
import { randomUUID } from 'node:crypto'

const VERSION = '1.0.0'

/** Where to listen, the database of this peer alone, and how many connections to it: as many as the product takes. */
export const settings = {
  port: Number(process.env.PORT),
  databaseUrl: process.env.DATABASE_URL,
  connections: 16,
}

export const newId = (prefix) => `${prefix}_${randomUUID().replaceAll('-', '').slice(0, 26)}`

const LONGEST_NAME = 100

const refuse = (status, message) => Object.assign(new Error(message), { status })

/** About what our events say of themselves, but for the hash chain and the encryption that peers do not have. */
const metadataOf = (tenantId, userId, version) => ({
  actorType: 'user',
  aggregate: { id: userId, type: 'user', version },
  commandId: newId('cmd'),
  correlationId: newId('req'),
  eventId: randomUUID(),
  policyVersion: '88b7c3e11b105dba',
  region: 'local',
  schemaVersion: VERSION,
  tenantId,
  timestamp: new Date().toISOString(),
  userId: 'usr_5tawcqpxd455nm1gqv0ebavxnj',
})

export const nobody = () => ({ version: 0 })

export function evolve(state, { type, data }) {
  const version = state.version + 1
  if (type === 'UserRegistered') return { ...data, status: 'invited', version }
  return { ...state, displayName: data.displayName, updatedAt: data.updatedAt, version }
}

export function register(state, { tenantId, userId, email, role }) {
  if (state.version > 0) throw refuse(409, 'there is such a user')
  if (!/^[^@\s]+@[^@\s]+$/.test(email)) throw refuse(400, 'not an address')
  const at = new Date().toISOString()
  return {
    type: 'UserRegistered',
    data: { tenantId, userId, email, role, createdAt: at, updatedAt: at },
    metadata: metadataOf(tenantId, userId, 1),
  }
}

export function update(state, { tenantId, userId, displayName }) {
  if (state.version === 0) throw refuse(404, 'there is no such user')
  if (typeof displayName !== 'string' || displayName === '' || displayName.length > LONGEST_NAME)
    throw refuse(400, 'not a name')
  return {
    type: 'UserUpdated',
    data: { tenantId, userId, displayName, updatedFields: ['displayName'], updatedAt: new Date().toISOString() },
    metadata: metadataOf(tenantId, userId, state.version + 1),
  }
}

export const answerOf = ({ userId, tenantId, email, displayName, role, status, createdAt, updatedAt }) => ({
  userId,
  tenantId,
  email,
  displayName,
  role,
  status,
  createdAt,
  updatedAt,
})

/** The read row, with the same columns and no more indexes than its key. */
export const READ_ROW = `create table if not exists user_profile (
  tenant_id text not null,
  user_id text not null,
  email text not null,
  display_name text,
  role text not null,
  status text not null,
  created_at text not null,
  updated_at text not null,
  version int not null,
  primary key (tenant_id, user_id)
)`

const PATH = '/api/v1/tenants/:tenantId/users'
export const ROUTES = { register: PATH, update: `${PATH}/:userId` }

/** Tries of a command that lost a race, before it is refused. */
export const TRIES = 50

/** Ends when it is asked to, or when whoever started it has gone. */
export function endWithParent() {
  process.once('SIGTERM', () => process.exit(0))
  process.once('disconnect', () => process.exit(0))
}
