import { beginLogin } from '../auth/commands/begin-login.ts'
import { completeLogin } from '../auth/commands/complete-login.ts'
import { logout } from '../auth/commands/logout.ts'
import { createTenant } from '../tenant/commands/create-tenant.ts'
import { deleteTenant } from '../tenant/commands/delete-tenant.ts'
import { updateTenant } from '../tenant/commands/update-tenant.ts'
import { acceptInvitation } from '../user/commands/accept-invitation.ts'
import { deactivateUser } from '../user/commands/deactivate-user.ts'
import { reactivateUser } from '../user/commands/reactivate-user.ts'
import { registerUser } from '../user/commands/register-user.ts'
import { reinviteUser } from '../user/commands/reinvite-user.ts'
import { updateUserProfile } from '../user/commands/update-user-profile.ts'
import type { CommandDefinition } from './command.ts'

/** Every command the writer understands. */
export const COMMANDS = {
  'tenant.create': createTenant,
  'tenant.update': updateTenant,
  'tenant.delete': deleteTenant,
  'user.register': registerUser,
  'user.reinvite': reinviteUser,
  'user.update_profile': updateUserProfile,
  'user.deactivate': deactivateUser,
  'user.reactivate': reactivateUser,
  'user.accept_invitation': acceptInvitation,
  'auth.begin_login': beginLogin,
  'auth.complete_login': completeLogin,
  'auth.logout': logout,
} as const

export type CommandType = keyof typeof COMMANDS

type InputOf<Definition> = Definition extends CommandDefinition<string, infer Input, infer _State> ? Input : never

/** A command on its way to the writer. */
export type AnyCommand = {
  readonly [Type in CommandType]: { readonly type: Type; readonly input: InputOf<(typeof COMMANDS)[Type]> }
}[CommandType]
