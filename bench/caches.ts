/**
 * npx node bench/caches.ts: what a read of the read models costs with each layer of cache, beside the same read without, in one run.
 *
 *     --seconds 2    measured time of each cell
 *     --rounds 5     rounds over all cells, sides in turn; the table shows medians, and ratios with their range
 *
 * In one process, as the API reads: the container's PostgreSQL beside its memory and Redis, and the edge's Neon beside Upstash,
 * both over HTTP to stand-ins on this machine. "Miss" looks in vain, reads, and keeps what it has read: what a cache costs
 * where it does not help. A layer pays where more than `pays from` of the looks find something. Rows are drawn from 100
 * users, pages of 50 from 20. Nothing here asserts a time.
 *
 * PostgreSQL as the tests find it (tools/postgres/provision.ts), Redis as they do (tools/redis/provision.ts).
 */
import { parseArgs } from 'node:util'
import pg from 'pg'
import { ReadCache, type ReadQuestion } from '../src/api/read-cache.ts'
import { GuardedCache } from '../src/domain/caching/guarded-cache.ts'
import type { Cache } from '../src/domain/ports/cache.ts'
import type { ReadModels } from '../src/domain/ports/read-models.ts'
import { PgSqlSession } from '../src/infrastructure/node/pg-sql-session.ts'
import { RedisCache } from '../src/infrastructure/node/redis-cache.ts'
import { PostgresReadModels } from '../src/infrastructure/postgres/postgres-read-models.ts'
import { MemoryCache } from '../src/infrastructure/shared/memory-cache.ts'
import { NeonSqlSession } from '../src/infrastructure/shared/neon-sql-session.ts'
import { nodeCryptography } from '../src/infrastructure/shared/node-cryptography.ts'
import { UpstashCache } from '../src/infrastructure/shared/upstash-cache.ts'
import { migrateAll } from '../test/support/migration-files.ts'
import { provisionPostgres } from '../tools/postgres/provision.ts'
import { provisionRedis } from '../tools/redis/provision.ts'
import { poolEngine, startNeonStandIn } from '../tools/stand-ins/neon-http.ts'
import { startUpstashStandIn } from '../tools/stand-ins/upstash-redis.ts'
import { makeReadTenant, pageNumber, type ReadTenant } from './caches/read-models.ts'
import { median, short, spread } from './measure/statistics.ts'

const KINDS = ['row', 'page of 50'] as const
const READERS = [1, 16] as const
/** Reads before each cell; all that a hit can find has then been kept. */
const WARM_UP = 100
type Kind = (typeof KINDS)[number]

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** As the product asks a shared cache, but for its patience: a pause of the machine must not end the comparison. */
const guarded = (cache: Cache) => new GuardedCache(cache, { clock: Date.now, logger: quiet, answerWithin: 10_000 })

/** One way of reading; `number` says which row or page. */
type Read = (kind: Kind, number: number) => Promise<unknown>

interface Side {
  readonly name: string
  /** The name of the side it is compared with. */
  readonly without: string
  readonly read: Read
}

interface Cost {
  /** Microseconds, from question to answer. */
  readonly latency: number
  /** Microseconds of this process's CPU a read. */
  readonly cpu: number
}

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '2' }, rounds: { type: 'string', default: '5' } },
})
const seconds = Number(values.seconds)
const rounds = Number(values.rounds)

/** Reads without a cache. */
const without = (readModels: ReadModels, { tenantId, userIds }: ReadTenant): Read => {
  return (kind, number) =>
    kind === 'row'
      ? readModels.user(tenantId, userIds[number % userIds.length] ?? '')
      : readModels.users(tenantId, {}, pageNumber(number))
}

/** The same through a cache, as `src/api/reads.ts` does; `fresh` makes every question one that nobody has asked yet. */
function through(cache: Cache, read: Read, { tenantId, head, userIds }: ReadTenant, fresh: boolean): Read {
  const kept: Promise<void>[] = []
  const readCache = new ReadCache({ cache, waitTogether: true, inBackground: (work) => void kept.push(work) })
  let asked = 0
  return async (kind, number) => {
    const of =
      kind === 'row'
        ? (userIds[number % userIds.length] ?? '')
        : nodeCryptography.sha256Hex(JSON.stringify([{}, pageNumber(number)]))
    const what = fresh ? `${of}:${asked++}` : of
    const question: ReadQuestion = { tenantId, head, required: 0, view: 'user_profile', what }
    const load = () => read(kind, number) as ReturnType<ReadModels['user']> // or a page, which the cache treats alike
    const found = await readCache.read(question, load)
    // Keeping costs time too, though nobody waits for it: here somebody does.
    await Promise.all(kept.splice(0))
    return found
  }
}

async function measure(side: Side, kind: Kind, readers: number): Promise<Cost> {
  for (let number = 0; number < WARM_UP; number++) await side.read(kind, number)
  const end = performance.now() + seconds * 1_000
  const before = process.cpuUsage()
  const began = performance.now()
  let count = 0
  let number = 0
  const one = async () => {
    while (performance.now() < end) {
      await side.read(kind, number++)
      count++
    }
  }
  await Promise.all(Array.from({ length: readers }, one))
  const { user, system } = process.cpuUsage(before)
  return { latency: ((performance.now() - began) * 1_000 * readers) / count, cpu: (user + system) / count }
}

type Results = Map<string, Cost[]>

const cellOf = (name: string, kind: Kind, readers: number) => `${kind}|${readers}|${name}`

function table(sides: readonly Side[], results: Results): string {
  const costs = (name: string, kind: Kind, readers: number) => results.get(cellOf(name, kind, readers)) ?? []
  const lines = [
    '| read | readers | side | µs | CPU µs | µs ÷ without | CPU ÷ without | pays from |',
    '|---|--:|---|--:|--:|--:|--:|--:|',
  ]
  for (const kind of KINDS) {
    for (const readers of READERS) {
      for (const { name, without: other } of sides) {
        const [mine, theirs] = [costs(name, kind, readers), costs(other, kind, readers)]
        const ratio = (of: keyof Cost) =>
          name === other ? '1' : spread(mine.map((cost, round) => cost[of] / (theirs[round]?.[of] ?? Number.NaN)))
        const latency = (of: string) => median(costs(of, kind, readers).map((cost) => cost.latency))
        const miss = latency(`${name}, miss`)
        const pays = (miss - latency(other)) / (miss - latency(name))
        const shown = Number.isNaN(pays) ? '–' : pays > 1 ? 'never' : `${Math.max(0, Math.round(100 * pays))} %`
        const figures = [short(median(mine.map((cost) => cost.latency))), short(median(mine.map((cost) => cost.cpu)))]
        lines.push(`| ${[kind, readers, name, ...figures, ratio('latency'), ratio('cpu'), shown].join(' | ')} |`)
      }
    }
  }
  return lines.join('\n')
}

async function main(): Promise<void> {
  const postgres = await provisionPostgres()
  if ('notRun' in postgres) throw new Error(`not run: ${postgres.notRun}`)
  const closing: (() => Promise<unknown>)[] = [() => postgres.stop()]
  try {
    const session = new PgSqlSession(postgres.url, () => undefined)
    closing.push(() => session.close())
    await migrateAll(session)
    const tenant = await makeReadTenant(session)
    const redis = await provisionRedis()
    closing.push(() => redis.stop())
    const upstash = await startUpstashStandIn({ redisUrl: redis.url, token: 'bench' })
    closing.push(() => upstash.stop())
    const pool = new pg.Pool({ connectionString: postgres.url, max: 16 })
    closing.push(() => pool.end())
    const connectionString = 'postgresql://acci:bench@neon.bench.local/acci'
    const neon = await startNeonStandIn({ engine: poolEngine(pool), connectionString })
    closing.push(() => neon.stop())
    const redisCache = await RedisCache.open({ url: redis.url })
    closing.push(() => redisCache.close())

    const database = without(new PostgresReadModels(session), tenant)
    const neonSession = new NeonSqlSession(connectionString, { fetchEndpoint: neon.endpoint })
    const remote = without(new PostgresReadModels(neonSession), tenant)
    const layer = (name: string, cache: Cache, read: Read, other: string): Side[] =>
      [false, true].map((fresh) => ({
        name: fresh ? `${name}, miss` : name,
        without: other,
        read: through(cache, read, tenant, fresh),
      }))
    const sides: readonly Side[] = [
      { name: 'PostgreSQL', without: 'PostgreSQL', read: database },
      ...layer('memory', new MemoryCache(Date.now), database, 'PostgreSQL'),
      ...layer('Redis', guarded(redisCache), database, 'PostgreSQL'),
      { name: 'Neon', without: 'Neon', read: remote },
      ...layer('Upstash', guarded(new UpstashCache(upstash)), remote, 'Neon'),
    ]
    const results: Results = new Map()
    for (let round = 0; round < rounds; round++) {
      for (const kind of KINDS)
        for (const readers of READERS)
          for (const side of sides) {
            const cell = cellOf(side.name, kind, readers)
            results.set(cell, [...(results.get(cell) ?? []), await measure(side, kind, readers)])
          }
      process.stderr.write(`round ${round + 1} of ${rounds}\n`)
    }
    process.stdout.write(`Node ${process.version}, ${rounds} × ${seconds} s a cell\n\n${table(sides, results)}\n`)
  } finally {
    for (const close of closing.toReversed()) await close()
  }
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
