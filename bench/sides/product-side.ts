import { count } from './count.ts'
import { makeDatabase } from './database.ts'
import { startProduct, type Runtime } from './product.ts'
import { untilFollowed } from './read-models.ts'
import type { Population, Side } from './side.ts'
import { makeTenants } from './tenants.ts'

/** The product, with the database whose read models it keeps and the folder of its keys. */
export interface ProductSide extends Side {
  readonly databaseUrl: string
  readonly dataDir: string
}

/** The product as the README starts it, on a database of its own. */
export async function startProductSide(
  runtime: Runtime,
  serverUrl: string,
  { tenants, usersPerTenant, hot }: Population,
  { name, profileTo }: { readonly name: string; readonly profileTo?: string | undefined },
): Promise<ProductSide> {
  const databaseUrl = await makeDatabase(serverUrl, `${runtime}_${tenants}`)
  const product = await startProduct(runtime, { databaseUrl, ...(profileTo !== undefined && { profileTo }) })
  try {
    const made = await makeTenants(product, { tenants, usersPerTenant, hot })
    // Nothing of the preparation is left to be done while the first cell is measured.
    await untilFollowed(databaseUrl, made.positions)
    const projected = () => eventsProjected(databaseUrl, Object.keys(made.positions))
    const before = await projected()
    return {
      name,
      url: product.url,
      pid: product.pid,
      databaseUrl,
      dataDir: product.dataDir,
      tenants: made.tenants,
      many: made.many,
      hot: made.hot,
      async settle({ positions }) {
        await untilFollowed(databaseUrl, positions)
      },
      updatesWritten:
        runtime === 'container' ? () => updatesInLog(databaseUrl) : async () => (await projected()) - before,
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
const eventsProjected = (databaseUrl: string, tenantIds: readonly string[]): Promise<number> =>
  count(
    databaseUrl,
    'select coalesce(sum(position), 0) as count from read_models.checkpoint where tenant_id = any($1)',
    [tenantIds],
  )
