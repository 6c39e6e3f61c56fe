import { normalizeEmail } from '#common/email.ts'
import type { DirectoryKind } from '../ports/directory.ts'
import type { KeyVault } from '../ports/key-vault.ts'
import type { ViewPage } from '../projection/views.ts'

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

/** Compares the rows that a page of events touched, as they were and as they have become. Pure. */
export function nameChanges(before: ViewPage, after: ViewPage, keyVault: Pick<KeyVault, 'emailIndex'>): NameChanges {
  const changed = {
    tenant: new Set(after.tenant_details.map(({ key }) => key)),
    user: new Set(after.user_profile.map(({ key }) => key)),
  }
  const old = namesOf(
    before.tenant_details.filter(({ key }) => changed.tenant.has(key)),
    before.user_profile.filter(({ key }) => changed.user.has(key)),
    keyVault,
  )
  const now = namesOf(after.tenant_details, after.user_profile, keyVault)
  return {
    confirmed: [...now].flatMap(([id, name]) => (old.has(id) ? [] : [name])),
    released: [...old].flatMap(([id, name]) => (now.has(id) ? [] : [name])),
  }
}

function namesOf(
  tenants: ViewPage['tenant_details'],
  users: ViewPage['user_profile'],
  keyVault: Pick<KeyVault, 'emailIndex'>,
): ReadonlyMap<string, NameChanges['confirmed'][number]> {
  const names = [
    ...tenants.flatMap(({ slug, settings, position }) => [
      { kind: 'slug', key: slug, position } as const,
      ...(settings.customDomain === undefined
        ? []
        : [{ kind: 'customDomain', key: settings.customDomain, position } as const]),
    ]),
    // An erased person has no address any more.
    ...users.flatMap(({ email, position }) =>
      email === '' ? [] : [{ kind: 'email', key: keyVault.emailIndex(normalizeEmail(email)), position } as const],
    ),
  ]
  return new Map(names.map((name) => [`${name.kind}/${name.key}`, name]))
}
