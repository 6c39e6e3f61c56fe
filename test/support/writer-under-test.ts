import { EmailAddress } from '#common/email.ts'
import type { Outcome } from '#common/outcome.ts'
import type { Mail, Mailer } from '#domain/ports/mailer.ts'
import type { CompleteLoginReply } from '#domain/auth/commands/complete-login.ts'
import type { Actor, Command, CommandMetadata, Receipt } from '#domain/writer/command.ts'
import type { UserRole } from '#domain/user/user-types.ts'
import { TenantWriterCore, type Committed, type TenantWriterCoreOptions } from '#domain/writer/tenant-writer-core.ts'
import { MemoryTenantStorage } from './memory-tenant-storage.ts'
import {
  client,
  createInput,
  emailIndexOf,
  invitationIdOf,
  registerInput,
  sessionIdOf,
  TENANT,
  tokenHashOf,
  userIdOf,
} from './subjects.ts'
import { testTools, type TestTools } from './tools.ts'

/** Takes mails, or refuses them while `failing`. */
export class TestMailer implements Mailer {
  readonly sent: Mail[] = []
  tries = 0
  failing = false

  async send(mail: Mail): Promise<void> {
    this.tries++
    if (this.failing) throw new Error('no mail today')
    this.sent.push(mail)
  }
}

/** One tenant's writer over memory, with commands in short. Users are numbered; the first one is the admin. */
export class WriterUnderTest {
  readonly storage: MemoryTenantStorage
  readonly tools: TestTools
  readonly mailer = new TestMailer()
  readonly committed: Committed[] = []
  readonly core: TenantWriterCore
  #commands = 0

  constructor(
    storage = new MemoryTenantStorage(),
    tools = testTools(),
    { admission, onOperation }: Pick<TenantWriterCoreOptions, 'admission' | 'onOperation'> = {},
  ) {
    this.storage = storage
    this.tools = tools
    this.core = new TenantWriterCore({
      tenantId: TENANT,
      storage,
      tools,
      mailer: this.mailer,
      ...(admission && { admission }),
      ...(onOperation && { onOperation }),
      onCommitted: (committed) => this.committed.push(committed),
    })
  }

  metadata(change: Partial<CommandMetadata> = {}): CommandMetadata {
    const commandId = `cmd_${++this.#commands}`
    return { commandId, actor: { type: 'system' }, correlationId: 'corr', ...change }
  }

  do(command: Command, change: Partial<CommandMetadata> = {}): Promise<Outcome<Receipt>> {
    return this.core.execute(command, this.metadata(change))
  }

  /** Does commands in one batch. */
  all(commands: readonly Command[], change: Partial<CommandMetadata> = {}): Promise<readonly Outcome<Receipt>[]> {
    return Promise.all(commands.map((command) => this.do(command, change)))
  }

  /** Does commands one after another; each must be accepted. */
  async given(...commands: readonly Command[]): Promise<this> {
    for (const command of commands) {
      const outcome = await this.do(command)
      if (!outcome.ok) throw new Error(`${command.type}: ${outcome.error.code}`)
    }
    return this
  }

  /** Signs a user in; gives back the actor the session makes. */
  async signIn(number: number, session: number, role: UserRole = 'user'): Promise<Actor> {
    const { state } = await this.core.user(userIdOf(number))
    const epoch = state.status === 'none' ? undefined : state.sessionEpoch
    const outcome = await this.do(completeLogin(number, session, true, epoch))
    const reply = outcome.ok ? (outcome.value.reply as CompleteLoginReply) : undefined // the command's own reply
    if (reply?.kind !== 'succeeded') throw new Error('the login failed')
    return { type: 'user', tenantId: TENANT, userId: userIdOf(number), sessionId: sessionIdOf(session), role }
  }

  get types(): readonly string[] {
    return this.storage.events.map(({ type }) => type)
  }
}

export const createTenant = (change: Parameters<typeof createInput>[0] = {}): Command => ({
  type: 'tenant.create',
  input: createInput(change),
})

export const registerUser = (number: number, change: Parameters<typeof registerInput>[1] = {}): Command => ({
  type: 'user.register',
  input: registerInput(number, change),
})

export const acceptInvitation = (number: number): Command => ({
  type: 'user.accept_invitation',
  input: { tenantId: TENANT, userId: userIdOf(number), tokenHash: tokenHashOf(number), passwordHash: `hash ${number}` },
})

/** The token of user n's invitation is then that of number n + 100. */
export const reinvite = (number: number): Command => ({
  type: 'user.reinvite',
  input: {
    tenantId: TENANT,
    userId: userIdOf(number),
    invitation: { invitationId: invitationIdOf(number + 100), tokenHash: tokenHashOf(number + 100) },
  },
})

export const beginLogin = (number: number, session: number, ip?: string): Command => ({
  type: 'auth.begin_login',
  input: {
    tenantId: TENANT,
    emailIndex: emailIndexOf(`user${number}@example.com`),
    sessionId: sessionIdOf(session),
    client: client(ip),
  },
})

/** `sessionEpoch` is the user’s own when the login began: 1 once they have set a password. */
export const completeLogin = (number: number, session: number, verified = true, sessionEpoch = 1): Command => ({
  type: 'auth.complete_login',
  input: {
    tenantId: TENANT,
    emailIndex: emailIndexOf(`user${number}@example.com`),
    sessionId: sessionIdOf(session),
    client: client(),
    userId: userIdOf(number),
    verified,
    sessionEpoch,
  },
})

export const logout = (session: number): Command => ({
  type: 'auth.logout',
  input: { tenantId: TENANT, sessionId: sessionIdOf(session), logoutType: 'userInitiated' },
})

export const changeEmail = (number: number, address: string, previous: string): Command => ({
  type: 'user.update_profile',
  input: {
    tenantId: TENANT,
    userId: userIdOf(number),
    email: {
      address: EmailAddress.parse(address),
      index: emailIndexOf(address),
      previousIndex: emailIndexOf(previous),
    },
  },
})

export const rename = (number: number, displayName: string | null): Command => ({
  type: 'user.update_profile',
  input: { tenantId: TENANT, userId: userIdOf(number), displayName },
})

export const changeRole = (number: number, role: UserRole): Command => ({
  type: 'user.update_profile',
  input: { tenantId: TENANT, userId: userIdOf(number), role },
})

/** Without a date: for good. */
export const deactivate = (number: number, reactivationDate?: string): Command => ({
  type: 'user.deactivate',
  input: {
    tenantId: TENANT,
    userId: userIdOf(number),
    reason: 'adminAction',
    deactivationType: reactivationDate === undefined ? 'permanent' : 'temporary',
    ...(reactivationDate !== undefined && { reactivationDate }),
  },
})

export const reactivate = (number: number): Command => ({
  type: 'user.reactivate',
  input: { tenantId: TENANT, userId: userIdOf(number), trigger: 'adminAction' },
})

export const renameTenant = (name: string): Command => ({ type: 'tenant.update', input: { tenantId: TENANT, name } })

/** A tenant with an active admin and one active user. */
export const foundedTenant = (writer = new WriterUnderTest()): Promise<WriterUnderTest> =>
  writer.given(createTenant(), acceptInvitation(1), registerUser(2), acceptInvitation(2))
