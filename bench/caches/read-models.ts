import { newId } from '../../src/domain/new-id.ts'
import type { PageRequest, USER_SORT_FIELDS } from '../../src/domain/ports/read-models.ts'
import type { UserProfileView } from '../../src/domain/user/views/user-profile.view.ts'
import { PostgresProjectionStore } from '../../src/infrastructure/postgres/postgres-projection-store.ts'
import type { SqlSession } from '../../src/infrastructure/postgres/sql-session.ts'

const USERS = 1_000
const PAGE_SIZE = 50
/** Users that are read one by one. */
const READ_USERS = 100
const AT = '2026-11-24T12:00:00.000Z'

/** A tenant of a thousand users whose read models have followed its log to its end. */
export interface ReadTenant {
  readonly tenantId: string
  readonly head: { readonly position: number; readonly hash: string }
  /** Some of them. */
  readonly userIds: readonly string[]
}

export async function makeReadTenant(session: SqlSession): Promise<ReadTenant> {
  const tenantId = newId.tenant()
  const userIds = Array.from({ length: USERS }, () => newId.user())
  const users = userIds.map((key, index): UserProfileView => ({
    key,
    tenantId,
    position: index + 1,
    email: `user-${index}@orchard.example`,
    displayName: `User ${index}`,
    role: 'user',
    status: 'active',
    isActive: true,
    version: 2,
    createdAt: AT,
    updatedAt: AT,
  }))
  const rows = { tenant_details: [], tenant_metrics: [], user_profile: users, auth_sessions: [] }
  const position = USERS + 1
  await new PostgresProjectionStore(session).commit(tenantId, { position: 0, generation: 0 }, position, rows)
  return { tenantId, head: { position, hash: 'a'.repeat(64) }, userIds: userIds.slice(0, READ_USERS) }
}

/** The pages of its users, 50 on each. */
export const pageNumber = (number: number): PageRequest<(typeof USER_SORT_FIELDS)[number]> => ({
  page: 1 + (number % (USERS / PAGE_SIZE)),
  pageSize: PAGE_SIZE,
  sortBy: 'email',
  sortOrder: 'asc',
})
