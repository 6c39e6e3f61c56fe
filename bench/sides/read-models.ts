import { setTimeout as delay } from 'node:timers/promises'
import { withClient } from '../../tools/postgres/provision.ts'

const POLL_MS = 20
/** Longer than the sweep takes to heal a wake-up that was lost. */
const FOLLOW_MS = 120_000

/**
 * Waits until the read models have followed, so that what is left of one load does not slow the next. Returns how long that
 * took, in seconds.
 *
 * @param positions of every tenant, the position to reach
 */
export function untilFollowed(databaseUrl: string, positions: Readonly<Record<string, number>>): Promise<number> {
  return withClient(databaseUrl, async (client) => {
    const startedAt = performance.now()
    const wanted = JSON.stringify(positions)
    for (;;) {
      const { rows } = await client.query<{ behind: number }>(
        `select count(*)::int as behind from jsonb_each_text($1::jsonb) as wanted (tenant_id, position)
         left join read_models.checkpoint reached using (tenant_id)
         where coalesce(reached.position, 0) < wanted.position::bigint`,
        [wanted],
      )
      const seconds = (performance.now() - startedAt) / 1_000
      if (rows[0]?.behind === 0) return seconds
      if (seconds * 1_000 > FOLLOW_MS)
        throw new Error(`${rows[0]?.behind} tenants have not been projected after ${FOLLOW_MS / 1_000} s`)
      await delay(POLL_MS)
    }
  })
}
