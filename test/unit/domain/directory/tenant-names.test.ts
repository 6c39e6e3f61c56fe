import { describe, expect, it } from 'vitest'
import { nameChanges } from '#domain/directory/tenant-names.ts'
import type { ViewPage } from '#domain/projection/views.ts'

type User = ViewPage['user_profile'][number]
type Tenant = ViewPage['tenant_details'][number]

const user = (email: string, change: Partial<User> = {}) => ({ key: 'usr_1', email, position: 7, ...change }) as User
const tenant = (slug: string, customDomain?: string) =>
  ({ key: 'ten_1', slug, settings: { ...(customDomain !== undefined && { customDomain }) }, position: 7 }) as Tenant
const page = (rows: Partial<ViewPage>): ViewPage => ({
  tenant_details: [],
  tenant_metrics: [],
  user_profile: [],
  auth_sessions: [],
  ...rows,
})

/** Counts what it is asked for. */
function vault() {
  const asked: string[] = []
  return { asked, emailIndex: (email: string) => (asked.push(email), `#${email}`) }
}

describe('the names that a page changes', () => {
  it('are none, and cost no hash, where every row keeps what it had', () => {
    const keyVault = vault()
    const before = page({ user_profile: [user('ada@example.com')], tenant_details: [tenant('orchard', 'a.example')] })
    const after = page({
      user_profile: [user('ada@example.com', { displayName: 'Ada' })],
      tenant_details: [tenant('orchard', 'a.example')],
    })
    expect(nameChanges(before, after, [], keyVault)).toEqual({ confirmed: [], released: [] })
    expect(keyVault.asked).toEqual([])
  })

  it.each([
    ['an address', { user_profile: [user('ada@example.com')] }, { user_profile: [user('eve@example.com')] }],
    ['a slug', { tenant_details: [tenant('orchard')] }, { tenant_details: [tenant('garden')] }],
    ['a domain', { tenant_details: [tenant('orchard', 'a.example')] }, { tenant_details: [tenant('orchard')] }],
    ['a row that is new', {}, { user_profile: [user('ada@example.com')] }],
    ['an erased person', { user_profile: [user('ada@example.com')] }, { user_profile: [user('')] }],
  ])('are told of %s', (_what, before, after) => {
    const changes = nameChanges(page(before), page(after), [], vault())
    expect(changes.confirmed.length + changes.released.length).toBeGreaterThan(0)
  })
})
