import { and, asc, count, desc, eq, sql, type SQL, type SQLWrapper } from 'drizzle-orm'
import { QueryBuilder, type PgColumn } from 'drizzle-orm/pg-core'
import { answeredWithin } from '#common/answered-within.ts'
import type { Followed, PageRequest, ReadModels, TenantFilters, UserFilters } from '#domain/ports/read-models.ts'
import type { ViewName } from '#domain/projection/views.ts'
import type { TenantDetails } from '#domain/tenant/views/tenant-details.view.ts'
import type { TenantMetrics } from '#domain/tenant/views/tenant-metrics.view.ts'
import type { UserProfileView } from '#domain/user/views/user-profile.view.ts'
import { checkpoint, halt, tenantDetails, tenantMetrics, userProfile } from './read-model-tables.ts'
import { onlyRow, READ_WITHIN, type SqlRow, type SqlSession, type SqlStatement } from './sql-session.ts'

const build = new QueryBuilder()

/** A query of Drizzle's as a statement of ours. */
function statementOf(query: { toSQL(): { sql: string; params: unknown[] } }): SqlStatement {
  const { sql: text, params } = query.toSQL()
  return { text, params: params as (string | number | null)[] } // only strings and numbers are put in below
}

/** Part of what a row is searched by, without regard to case, and without a pattern language that a caller could misuse. */
const contains = (search: PgColumn, part: string): SQL => sql`position(${part.toLowerCase()} in ${search}) > 0`

const TENANT_SORT = {
  createdAt: tenantDetails.createdAt,
  updatedAt: tenantDetails.updatedAt,
  name: tenantDetails.name,
} as const
const USER_SORT = {
  createdAt: userProfile.createdAt,
  updatedAt: userProfile.updatedAt,
  email: userProfile.email,
  displayName: userProfile.displayName,
} as const

/** Of the columns that `followedQuery` names; a tenant without a checkpoint has been followed to nowhere. */
function followedOf(rows: readonly SqlRow[] | undefined): Followed {
  const { position, view_version: version } = rows?.[0] ?? {}
  return { position: Number(position ?? 0), ...(typeof version === 'number' && { viewVersion: version }) }
}

const dataOf = <Row>(rows: readonly SqlRow[] | undefined): readonly Row[] =>
  (rows ?? []).map((row) => row['data'] as Row) // written by the projection store

/** The queries' side of the schema `read_models`. */
export class PostgresReadModels implements ReadModels {
  readonly #session: SqlSession

  constructor(session: SqlSession) {
    this.#session = {
      transaction: (scope, statements) => answeredWithin(READ_WITHIN, session.transaction(scope, statements)),
    }
  }

  async tenant(tenantId: string) {
    const where = and(eq(tenantDetails.tenantId, tenantId), eq(tenantDetails.key, tenantId))
    return this.#one<TenantDetails>(
      tenantId,
      'tenant_details',
      build.select({ data: tenantDetails.data }).from(tenantDetails).where(where),
    )
  }

  async user(tenantId: string, userId: string) {
    const where = and(eq(userProfile.tenantId, tenantId), eq(userProfile.key, userId))
    return this.#one<UserProfileView>(
      tenantId,
      'user_profile',
      build.select({ data: userProfile.data }).from(userProfile).where(where),
    )
  }

  async metrics(tenantId: string) {
    const where = and(eq(tenantMetrics.tenantId, tenantId), eq(tenantMetrics.key, tenantId))
    return this.#one<TenantMetrics>(
      tenantId,
      'tenant_metrics',
      build.select({ data: tenantMetrics.data }).from(tenantMetrics).where(where),
    )
  }

  async tenants(filters: TenantFilters, page: PageRequest<keyof typeof TENANT_SORT>) {
    const where = and(
      filters.status === undefined ? undefined : eq(tenantDetails.status, filters.status),
      filters.plan === undefined ? undefined : eq(tenantDetails.plan, filters.plan),
      filters.name === undefined ? undefined : contains(tenantDetails.search, filters.name),
    )
    const [rows] = await this.#session.transaction('platform', [
      statementOf(
        build
          .select({
            total: sql`${build.select({ total: count() }).from(tenantDetails).where(where)}`.as('total'),
            items: itemsOf(
              build
                .select({ data: tenantDetails.data })
                .from(tenantDetails)
                .where(where)
                .orderBy(...order(TENANT_SORT[page.sortBy], tenantDetails.key, page))
                .limit(page.pageSize)
                .offset((page.page - 1) * page.pageSize),
            ),
          })
          .from(sql`(select 1) as one`),
      ),
    ])
    return pageOf<TenantDetails>(rows)
  }

  async users(tenantId: string, filters: UserFilters, page: PageRequest<keyof typeof USER_SORT>) {
    const { search } = filters
    const where = and(
      eq(userProfile.tenantId, tenantId),
      filters.status === undefined ? undefined : eq(userProfile.status, filters.status),
      filters.role === undefined ? undefined : eq(userProfile.role, filters.role),
      search === undefined ? undefined : contains(userProfile.search, search),
    )
    const [rows] = await this.#session.transaction({ tenantId }, [
      statementOf(
        build
          .select({
            followed: sql`(select to_jsonb(followed) from ${followedQuery(tenantId, 'user_profile')} as followed)`.as(
              'followed',
            ),
            total: sql`${build.select({ total: count() }).from(userProfile).where(where)}`.as('total'),
            items: itemsOf(
              build
                .select({ data: userProfile.data })
                .from(userProfile)
                .where(where)
                .orderBy(...order(USER_SORT[page.sortBy], userProfile.key, page))
                .limit(page.pageSize)
                .offset((page.page - 1) * page.pageSize),
            ),
          })
          .from(sql`(select 1) as one`),
      ),
    ])
    const followed = rows?.[0]?.['followed'] as SqlRow | null | undefined // as selected; null without a checkpoint
    return { ...pageOf<UserProfileView>(rows), ...followedOf(followed ? [followed] : []) }
  }

  async ping(): Promise<void> {
    await this.#session.transaction('owner', [{ text: 'select 1' }])
  }

  /** One row and how far its view has followed, of one transaction. */
  async #one<Row>(tenantId: string, view: ViewName, query: { toSQL(): { sql: string; params: unknown[] } }) {
    const [followed, rows] = await this.#session.transaction({ tenantId }, [
      statementOf(followedQuery(tenantId, view)),
      statementOf(query),
    ])
    const [row] = dataOf<Row>(rows)
    return { ...followedOf(followed), ...(row !== undefined && { row }) }
  }
}

/** A view that stands still has followed no further than to the event before the one it stands at. */
const followedQuery = (tenantId: string, view: ViewName) =>
  build
    .select({
      position: sql`least(${checkpoint.position}, ${halt.position} - 1)`.as('position'),
      viewVersion: sql`(${checkpoint.versions} ->> ${view})::integer`.as('view_version'),
    })
    .from(checkpoint)
    .leftJoin(halt, and(eq(halt.tenantId, checkpoint.tenantId), eq(halt.view, view)))
    .where(eq(checkpoint.tenantId, tenantId))

/** The rows of an ordered query as one value, so that they come with their total from one statement: one snapshot. */
const itemsOf = (query: SQLWrapper) => sql`(select jsonb_agg(found.data) from ${query} as found)`.as('items')

function pageOf<Row>(rows: readonly SqlRow[] | undefined): { readonly items: readonly Row[]; readonly total: number } {
  const { items, total } = onlyRow(rows)
  return { items: (items ?? []) as readonly Row[], total: Number(total) } // as written; null when nothing was found
}

/** Rows without a value come last either way; the key makes the order total. */
const order = (column: PgColumn, key: PgColumn, { sortOrder }: { readonly sortOrder: 'asc' | 'desc' }): SQL[] => {
  const direction = sortOrder === 'asc' ? asc : desc
  return [sql`${direction(column)} nulls last`, direction(key)]
}
