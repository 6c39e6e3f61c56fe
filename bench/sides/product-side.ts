import { count } from './count.ts'
import { makeDatabase } from './database.ts'
import { startProduct, type Runtime } from './product.ts'
import { untilFollowed } from './read-models.ts'
import type { Population, Side } from './side.ts'
import { makeTenants } from './tenants.ts'

/** The names of the product's runtimes in the tables. */
export const PRODUCT = { container: 'ACCI container', edge: 'ACCI edge' } as const

/** The product, with the database whose read models it keeps. */
export interface ProductSide extends Side {
  readonly databaseUrl: string
}

/** The product as the README starts it, on a database of its own. */
export async function startProductSide(
  runtime: Runtime,
  serverUrl: string,
  { tenants, usersPerTenant, hot }: Population,
  profileTo?: string,
): Promise<ProductSide> {
  const databaseUrl = await makeDatabase(serverUrl, runtime)
  const product = await startProduct(runtime, { databaseUrl, ...(profileTo !== undefined && { profileTo }) })
  try {
    const made = await makeTenants(product, { tenants, usersPerTenant, hot })
    const before = await eventsProjected(databaseUrl)
    return {
      name: PRODUCT[runtime],
      url: product.url,
      pid: product.pid,
      databaseUrl,
      tenants: made.tenants,
      many: made.many,
      hot: made.hot,
      async settle({ positions }) {
        await untilFollowed(databaseUrl, positions)
      },
      updatesWritten:
        runtime === 'container'
          ? () => updatesInLog(databaseUrl)
          : async () => (await eventsProjected(databaseUrl)) - before,
      stop: () => product.stop(),
    }
  } catch (error) {
    await product.stop()
    throw error
  }
}

const updatesInLog = (databaseUrl: string): Promise<number> =>
  count(databaseUrl, `select count(*) as count from tenant_log.event where body like '%"type":"user.profile_updated"%'`)

/** The log of the edge is in its objects; positions have no gaps, so that the last of every tenant tell how many events. */
const eventsProjected = (databaseUrl: string): Promise<number> =>
  count(databaseUrl, 'select coalesce(sum(position), 0) as count from read_models.checkpoint')
