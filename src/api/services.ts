import type { Projector } from '#domain/projection/projector.ts'
import type { AccessTokens } from '#domain/ports/access-tokens.ts'
import type { Clock } from '#domain/ports/clock.ts'
import type { CommandQueue } from '#domain/ports/command-queue.ts'
import type { Cryptography } from '#domain/ports/cryptography.ts'
import type { Directory } from '#domain/ports/directory.ts'
import type { KeyRing } from '#domain/ports/key-ring.ts'
import type { KeyVault } from '#domain/ports/key-vault.ts'
import type { Logger } from '#domain/ports/logger.ts'
import type { Metrics } from '#domain/ports/metrics.ts'
import type { Mail } from '#domain/ports/mailer.ts'
import type { Outbox } from '#domain/ports/outbox.ts'
import type { PasswordHasher } from '#domain/ports/password-hasher.ts'
import type { Policy } from '#domain/ports/policy.ts'
import type { ReadModels } from '#domain/ports/read-models.ts'
import type { TenantWriter } from '#domain/ports/tenant-writer.ts'
import type { SessionCache } from './auth/session-cache.ts'
import type { ReadCache } from './read-cache.ts'

/** Everything the API needs from the runtime it runs in. Built once, at the root. */
export interface Services {
  readonly writer: TenantWriter
  readonly readModels: ReadModels
  readonly readCache: ReadCache
  readonly projector: Pick<Projector, 'project'>
  readonly directory: Directory
  readonly commands: CommandQueue
  readonly policy: Policy
  readonly passwords: PasswordHasher
  readonly tokens: AccessTokens
  readonly keyRing: Pick<KeyRing, 'jwks'>
  readonly sessions: SessionCache
  readonly cryptography: Cryptography
  readonly keyVault: KeyVault
  readonly clock: Clock
  readonly logger: Logger
  /** Absent where nobody can collect them: at the edge. */
  readonly metrics?: Pick<Metrics, 'request'>
  /** Shown at `/metrics` to whoever has the token. */
  readonly metricsPage?: { readonly token: string; readonly scrape: () => Promise<string> }
  /** What operators are shown who have the token. Without one nothing is served to them. */
  readonly operator?: {
    readonly token: string
    readonly outbox: Outbox
    readonly projector: Pick<Projector, 'retry'>
  }
  /** Home region of tenants created here. */
  readonly region: string
  readonly profile: 'development' | 'production'
  /** Where links in mails lead, without a slash at the end. */
  readonly publicUrl: string
  /** Whether a domain belongs to a throw-away mail service. */
  readonly isDisposableDomain: (domain: string) => boolean
  /** Mails kept by the development mailbox, newest first; absent when mail really goes out. */
  readonly mailbox?: () => Promise<readonly (Mail & { readonly sentAt: string })[]>
  /** Creates the platform tenant and its admin, once. */
  readonly bootstrap: { readonly adminEmail: string; readonly adminPassword: string } | undefined
  /** Says what the product runs on, by dependency. */
  readonly runsOn: Readonly<Record<string, string>>
}
