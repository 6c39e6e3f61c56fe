import { withClient } from '../../tools/postgres/provision.ts'

/** Runs a query for one number called `count`. */
export function count(databaseUrl: string, query: string, values: readonly unknown[] = []): Promise<number> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ count: string }>(query, [...values])
    return Number(rows[0]?.count)
  })
}
