import { normalizeEmail } from '#common/email.ts'
import type { DomainEvent } from '../events/event-registry.ts'
import type { DirectoryKind } from '../ports/directory.ts'
import type { KeyVault } from '../ports/key-vault.ts'
import type { Recorded } from '../projection/view.ts'
import type { ViewPage } from '../projection/views.ts'
import type { TenantSettings } from '../tenant/tenant-types.ts'

export interface TenantName {
  readonly kind: DirectoryKind
  readonly key: string
}

/** What the directory must learn from a page of the log, and what it must forget. */
export interface NameChanges {
  /** With the position from which the tenant has had the name, at the latest. */
  readonly confirmed: readonly (TenantName & { readonly position: number })[]
  readonly released: readonly TenantName[]
}

type EmailIndex = Pick<KeyVault, 'emailIndex'>

/**
 * Compares the rows that a page of events touched, as they were and as they have become. A name that came and went within
 * the page is released too: whoever wrote it may have told the directory. Pure.
 */
export function nameChanges(
  before: ViewPage,
  after: ViewPage,
  page: readonly Pick<Recorded, 'event'>[],
  keyVault: EmailIndex,
): NameChanges {
  const changed = {
    tenant: new Set(after.tenant_details.map(({ key }) => key)),
    user: new Set(after.user_profile.map(({ key }) => key)),
  }
  const passed = page.flatMap(({ event }) => namesIn(event, keyVault)).map((name) => [idOf(name), name] as const)
  // Most pages change no name, and an address costs a hash to compare.
  if (passed.length === 0 && keepsNames(before, after)) return { confirmed: [], released: [] }
  const old = namesOf(
    before.tenant_details.filter(({ key }) => changed.tenant.has(key)),
    before.user_profile.filter(({ key }) => changed.user.has(key)),
    keyVault,
  )
  const now = namesOf(after.tenant_details, after.user_profile, keyVault)
  const given = new Map<string, TenantName>(passed)
  return {
    // A name that went from one holder to another is told too: who came to its going alone may have told that, and died.
    confirmed: [...now].flatMap(([id, name]) => (old.has(id) && !given.has(id) ? [] : [name])),
    released: [...new Map<string, TenantName>([...old, ...given])].flatMap(([id, name]) => (now.has(id) ? [] : [name])),
  }
}

/** Whether every row had the names before that it has now. */
function keepsNames(before: ViewPage, after: ViewPage): boolean {
  const tenants = new Map(before.tenant_details.map((row) => [row.key, row]))
  const users = new Map(before.user_profile.map((row) => [row.key, row]))
  return (
    after.user_profile.every(({ key, email }) => users.get(key)?.email === email) &&
    after.tenant_details.every(({ key, slug, settings: { customDomain } }) => {
      const row = tenants.get(key)
      return row?.slug === slug && row.settings.customDomain === customDomain
    })
  )
}

/** The names an event gives. */
function namesIn(event: DomainEvent, keyVault: EmailIndex): readonly TenantName[] {
  switch (event.type) {
    case 'tenant.created':
      return [{ kind: 'slug', key: event.data.slug }, ...domainIn(event.data.settings)]
    case 'tenant.updated':
      return event.data.settings ? domainIn(event.data.settings) : []
    case 'user.registered':
    case 'user.profile_updated':
      return emailIn(event.personal?.email, keyVault)
    default:
      return []
  }
}

const idOf = ({ kind, key }: TenantName): string => `${kind}/${key}`

const domainIn = ({ customDomain }: Pick<TenantSettings, 'customDomain'>): readonly TenantName[] =>
  customDomain === undefined ? [] : [{ kind: 'customDomain', key: customDomain }]

/** An erased person has no address any more. */
const emailIn = (email: string | undefined, keyVault: EmailIndex): readonly TenantName[] =>
  email === undefined || email === '' ? [] : [{ kind: 'email', key: keyVault.emailIndex(normalizeEmail(email)) }]

function namesOf(
  tenants: ViewPage['tenant_details'],
  users: ViewPage['user_profile'],
  keyVault: EmailIndex,
): ReadonlyMap<string, NameChanges['confirmed'][number]> {
  const names = [
    ...tenants.flatMap(({ slug, settings, position }) =>
      [{ kind: 'slug', key: slug } as const, ...domainIn(settings)].map((name) => ({ ...name, position })),
    ),
    ...users.flatMap(({ email, position }) => emailIn(email, keyVault).map((name) => ({ ...name, position }))),
  ]
  return new Map(names.map((name) => [idOf(name), name]))
}
