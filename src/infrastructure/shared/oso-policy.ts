import { Oso } from '#oso'
import type { Policy, PolicyActor, PolicyResource, PolicyResourceKind } from '#domain/ports/policy.ts'

/** One policy file. `name` is its path below `policies/`, as in `rbac/admin.polar`. */
export interface PolicySource {
  readonly name: string
  readonly text: string
}

/** Hexadecimal digits of the SHA-256 that names a policy version. */
const VERSION_LENGTH = 16

/**
 * oso prints every value it is given, for messages that nobody reads; a short answer makes a decision cheaper and keeps
 * ids out of whatever Polar writes.
 */
const PRINTED = Symbol.for('nodejs.util.inspect.custom')

/** Who asks, in the Polar files. (`Actor` and `Resource` are words of Polar itself.) */
class Caller {
  readonly userId: string
  readonly tenantId: string
  readonly role: string
  readonly isSystemAdmin: boolean

  constructor(actor: PolicyActor) {
    this.userId = text(actor.userId)
    this.tenantId = text(actor.tenantId)
    this.role = text(actor.role)
    this.isSystemAdmin = actor.isSystemAdmin === true
  }

  [PRINTED](): string {
    return 'Caller'
  }
}

/** What is asked for, in the Polar files; its kinds are subclasses. */
class TenantResource {
  readonly tenantId: string
  readonly id: string
  /** Empty for a resource that nobody owns. */
  readonly ownerId: string

  constructor(resource: PolicyResource) {
    this.tenantId = text(resource.tenantId)
    this.id = text(resource.id)
    this.ownerId = text(resource.ownerId)
  }

  [PRINTED](): string {
    return 'TenantResource'
  }
}
class Tenant extends TenantResource {}
class User extends TenantResource {}
class Session extends TenantResource {}
class EventLog extends TenantResource {}
class TenantDirectory extends TenantResource {}

const RESOURCES: Readonly<Record<PolicyResourceKind, typeof TenantResource>> = {
  tenant: Tenant,
  user: User,
  session: Session,
  eventLog: EventLog,
  tenantDirectory: TenantDirectory,
}

/**
 * The `Policy` port by Polar, through oso. Load it once per isolate or process: loading takes milliseconds, and the
 * instance keeps no state between decisions.
 *
 * @throws when there is no source, or when Polar cannot load one; nothing may start without its policy.
 */
export async function createOsoPolicy(sources: readonly PolicySource[]): Promise<Policy> {
  if (sources.length === 0) throw new Error('There is no policy to load')
  const ordered = sources.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const oso = new Oso()
  // Names are given, because a minifier renames classes.
  oso.registerClass(Caller, { name: 'Caller' })
  oso.registerClass(TenantResource, { name: 'TenantResource' })
  oso.registerClass(Tenant, { name: 'Tenant' })
  oso.registerClass(User, { name: 'User' })
  oso.registerClass(Session, { name: 'Session' })
  oso.registerClass(EventLog, { name: 'EventLog' })
  oso.registerClass(TenantDirectory, { name: 'TenantDirectory' })
  // Polar takes all of a policy at once.
  await oso.loadStr(ordered.map(({ name, text: polar }) => `# policies/${name}\n${polar}\n`).join('\n'))
  return {
    version: await versionOf(ordered),
    decide: (actor, action, resource) =>
      oso.isAllowed(new Caller(actor), action, new RESOURCES[resource.kind](resource)),
  }
}

/** Polar compares two missing values as equal, so that a value which is missing becomes one that rules exclude. */
function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

async function versionOf(ordered: readonly PolicySource[]): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(ordered.map(({ name, text: polar }) => [name, polar])))
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, VERSION_LENGTH)
}
