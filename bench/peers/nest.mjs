// NestJS CQRS with pg, on Express as Nest starts it: the handler loads the stream, decides, appends at the version it has seen
// and writes the read row in the same transaction. Decorators are called as functions: Node does not run them in source.
// oxlint-disable-next-line import/no-unassigned-import -- Nest's decorators need it, and it exports nothing
import 'reflect-metadata'
import { Body, Controller, HttpException, Inject, Module, Param, Patch, Post } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { Command, CommandBus, CommandHandler, CqrsModule } from '@nestjs/cqrs'
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
await pool.query(`create table if not exists event (
  stream text not null, version int not null, type text not null, data jsonb not null, metadata jsonb not null,
  primary key (stream, version)
)`)

const UNIQUE_VIOLATION = '23505'

const LOAD = 'select type, data from event where stream = $1 order by version'
const APPEND = 'insert into event (stream, version, type, data, metadata) values ($1, $2, $3, $4, $5)'
const INSERT_ROW = `insert into user_profile (tenant_id, user_id, email, role, status, created_at, updated_at, version)
  values ($1, $2, $3, $4, 'invited', $5, $6, 1)`
const UPDATE_ROW = `update user_profile set display_name = $3, updated_at = $4, version = version + 1
  where tenant_id = $1 and user_id = $2`

function readRowOf({ type, data }) {
  const { tenantId, userId, email, role, createdAt, updatedAt, displayName } = data
  return type === 'UserRegistered'
    ? { name: 'insert-row', text: INSERT_ROW, values: [tenantId, userId, email, role, createdAt, updatedAt] }
    : { name: 'update-row', text: UPDATE_ROW, values: [tenantId, userId, displayName, updatedAt] }
}

async function attempt(client, stream, decide) {
  await client.query('begin')
  try {
    const { rows } = await client.query({ name: 'load', text: LOAD, values: [stream] })
    const state = rows.reduce(evolve, nobody())
    const event = decide(state)
    const values = [stream, state.version + 1, event.type, event.data, event.metadata]
    await client.query({ name: 'append', text: APPEND, values })
    await client.query(readRowOf(event))
    await client.query('commit')
    return evolve(state, event)
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}

async function run(userId, decide) {
  for (let tries = 0; tries < TRIES; tries++) {
    const client = await pool.connect()
    try {
      return answerOf(await attempt(client, `user-${userId}`, decide))
    } catch (error) {
      if (error.status !== undefined) throw new HttpException(error.message, error.status)
      if (error.code !== UNIQUE_VIOLATION) throw error
    } finally {
      client.release()
    }
  }
  throw new HttpException('conflict', 409)
}

class UserCommand extends Command {
  constructor(input) {
    super()
    this.input = input
  }
}
class RegisterUser extends UserCommand {}
class UpdateUser extends UserCommand {}

class RegisterUserHandler {
  execute({ input }) {
    return run(input.userId, (state) => register(state, input))
  }
}
CommandHandler(RegisterUser)(RegisterUserHandler)

class UpdateUserHandler {
  execute({ input }) {
    return run(input.userId, (state) => update(state, input))
  }
}
CommandHandler(UpdateUser)(UpdateUserHandler)

class UsersController {
  constructor(commands) {
    this.commands = commands
  }
  register(tenantId, body) {
    return this.commands.execute(new RegisterUser({ ...body, tenantId, userId: newId('usr') }))
  }
  update(tenantId, userId, body) {
    return this.commands.execute(new UpdateUser({ tenantId, userId, displayName: body.displayName }))
  }
}
Inject(CommandBus)(UsersController, undefined, 0)
const bind = (method, route, ...parameters) => {
  parameters.forEach((parameter, index) => parameter(UsersController.prototype, method, index))
  const descriptor = Object.getOwnPropertyDescriptor(UsersController.prototype, method)
  Reflect.decorate([route], UsersController.prototype, method, descriptor)
}
bind('register', Post(ROUTES.register), Param('tenantId'), Body())
bind('update', Patch(ROUTES.update), Param('tenantId'), Param('userId'), Body())
Controller()(UsersController)

// oxlint-disable-next-line typescript/no-extraneous-class -- a module of Nest is a class that the decorator tells about
class UsersModule {}
Module({
  imports: [CqrsModule.forRoot()],
  controllers: [UsersController],
  providers: [RegisterUserHandler, UpdateUserHandler],
})(UsersModule)

const app = await NestFactory.create(UsersModule, { logger: false })
await app.listen(settings.port, '127.0.0.1')
