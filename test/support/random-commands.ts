import fc from 'fast-check'
import { EmailAddress } from '#common/email.ts'
import type { Command } from '#domain/writer/command.ts'
import { emailIndexOf, registerInput, settings, TENANT, userIdOf } from './subjects.ts'
import { START } from './tools.ts'
import {
  acceptInvitation,
  beginLogin,
  changeRole,
  completeLogin,
  createTenant,
  deactivate,
  logout,
  reactivate,
  reinvite,
  registerUser,
  rename,
  renameTenant,
} from './writer-under-test.ts'

const HOUR = 3_600_000

/** What happens next to a tenant: a command, or time passing. */
export type Step = { readonly command: Command } | { readonly advance: number }

const user = fc.integer({ min: 1, max: 5 })
const session = fc.integer({ min: 1, max: 4 })
const metadata = fc.option(fc.dictionary(fc.constantFrom('a', 'b'), fc.integer()))
const name = fc.option(fc.constantFrom('Ada', 'Bob', 'E\u0301ve', 'Zoë'))

const moveTo = (number: number, to: string): Command => ({
  type: 'user.update_profile',
  input: {
    tenantId: TENANT,
    userId: userIdOf(number),
    email: {
      address: EmailAddress.parse(to),
      index: emailIndexOf(to),
      previousIndex: emailIndexOf(registerInput(number).email),
    },
  },
})

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.tuple(user, fc.constantFrom('user', 'admin', 'readOnly')).map(([number, role]) => registerUser(number, { role })),
  fc.tuple(user, session).map(([number, at]) => beginLogin(number, at)),
  fc
    .tuple(user, session, fc.constantFrom(true, true, false), fc.constantFrom(1, 1, 1, 2, 3))
    .map(([number, at, verified, epoch]) => completeLogin(number, at, verified, epoch)),
  session.map((at) => logout(at)),
  user.map((number) => acceptInvitation(number)),
  user.map((number) => reinvite(number)),
  fc.tuple(user, name).map(([number, given]) => rename(number, given)),
  fc.tuple(user, fc.constantFrom('admin', 'admin', 'user')).map(([number, role]) => changeRole(number, role)),
  fc
    .tuple(user, fc.constantFrom('x@example.com', 'X@example.com', 'y@example.com'))
    .map(([number, to]) => moveTo(number, to)),
  fc.tuple(user, metadata).map(([number, given]): Command => ({
    type: 'user.update_profile',
    input: { tenantId: TENANT, userId: userIdOf(number), metadata: given },
  })),
  fc
    .tuple(user, fc.option(fc.integer({ min: 2, max: 90 }), { freq: 9 }))
    .map(([number, hours]) =>
      deactivate(number, hours === null ? undefined : new Date(START + hours * HOUR).toISOString()),
    ),
  user.map((number) => reactivate(number)),
  fc.constantFrom('Acme', 'Acme II', 'Acme III').map((given) => renameTenant(given)),
  metadata.map((given): Command => ({ type: 'tenant.update', input: { tenantId: TENANT, metadata: given } })),
  fc.integer({ min: 2, max: 12 }).map((maxUsers): Command => ({
    type: 'tenant.update',
    input: { tenantId: TENANT, settings: settings({ maxUsers }) },
  })),
)

/** Any history of a tenant that has been created, in batches of commands that wait together. */
export const history = (batches: number): fc.Arbitrary<readonly (readonly Step[])[]> => {
  const step = fc.oneof(
    { weight: 12, arbitrary: command.map((one): Step => ({ command: one })) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 30 * HOUR }).map((advance): Step => ({ advance })) },
  )
  // Founded with people in it, so that most of what follows has somebody to happen to.
  const founders = [
    createTenant(),
    acceptInvitation(1),
    ...[2, 3].flatMap((number) => [registerUser(number), acceptInvitation(number)]),
  ]
  const founding: readonly Step[] = founders.map((one) => ({ command: one }))
  return fc
    .array(fc.array(step, { minLength: 1, maxLength: 8, size: 'max' }), {
      minLength: 1,
      maxLength: batches,
      size: 'max',
    })
    .map((steps) => [founding, ...steps])
}
