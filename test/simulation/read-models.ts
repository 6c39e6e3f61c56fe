import type { Logger } from '#domain/ports/logger.ts'
import type { ProjectionStore } from '#domain/ports/projection-store.ts'
import type { TenantWriter } from '#domain/ports/tenant-writer.ts'
import { Projector } from '#domain/projection/projector.ts'
import type { WriterTools } from '#domain/writer/decide-batch.ts'
import { keepRows } from '#infrastructure/shared/keep-rows.ts'
import { logEventStore, type PageAtHand } from '#infrastructure/shared/log-event-store.ts'
import { over, type Process } from './process.ts'
import type { World } from './world.ts'

export interface ProjectionParts {
  readonly process: Process
  readonly tools: WriterTools
  readonly writer: Pick<TenantWriter, 'subjectKeys' | 'confirmProjected' | 'log'>
  /** What a container has committed a moment ago; at the edge nothing is kept. */
  readonly lately?: PageAtHand
  readonly logger: Logger
}

/** The read models of all tenants, as a process reaches them. The memory holds a tenant each; the port, all of them. */
export function readModelsOf({ variant, hazards, tenants }: World, process: Process): ProjectionStore {
  const opened = new Map<string, ProjectionStore>(
    [...tenants.values()].map(({ tenantId, views }) => {
      const plain = over<ProjectionStore>(process, 'readModels', views, () => hazards.readModels)
      return [tenantId, variant.readModels?.(plain, process) ?? plain]
    }),
  )
  const of = (tenantId: string): ProjectionStore => {
    const store = opened.get(tenantId)
    if (!store) throw new Error(`there are no read models of ${tenantId}`)
    return store
  }
  return {
    state: (tenantId) => of(tenantId).state(tenantId),
    load: (tenantId, wanted) => of(tenantId).load(tenantId, wanted),
    loadAt: (tenantId, ...given) => of(tenantId).loadAt(tenantId, ...given),
    commit: (tenantId, ...given) => of(tenantId).commit(tenantId, ...given),
    halts: (tenantId) => of(tenantId).halts(tenantId),
    skipped: (tenantId) => of(tenantId).skipped(tenantId),
    skip: (tenantId, skipped) => of(tenantId).skip(tenantId, skipped),
    catchUp: (tenantId, ...given) => of(tenantId).catchUp(tenantId, ...given),
  }
}

/** Where projections read: pages of the log, some of which are short. */
export function pagesOf({ hazards: { weather } }: World, writer: Pick<TenantWriter, 'log'>, lately?: PageAtHand) {
  const short = (limit: number) => Math.min(limit, weather.page)
  return logEventStore(
    { log: (tenantId, after, limit) => writer.log(tenantId, after, short(limit)) },
    (tenantId, after, limit) => {
      const page = lately?.(tenantId, after, short(limit))
      // Where events are poisoned, it shows as they are opened.
      return page && weather.operator ? { events: page.events, head: page.head } : page
    },
  )
}

/** The projector of a process. */
export function projectorOf(world: World, { process, tools, writer, lately, logger }: ProjectionParts): Projector {
  const store = readModelsOf(world, process)
  return new Projector({
    eventStore: pagesOf(world, writer, lately),
    store: lately ? keepRows(store, tools.clock) : store,
    writer,
    directory: over(process, 'directory', world.directory, () => world.hazards.directory),
    logger,
    cryptography: world.poison.cryptography(tools.cryptography),
    keyVault: tools.keyVault,
    wait: (milliseconds) => process.wait(milliseconds),
  })
}

/** What a process says, in the trace. */
export function loggerOf({ scheduler }: World, { name }: Process): Logger {
  const say = (message: string, fields: object = {}) => {
    if (scheduler.onStep) scheduler.tell(name, `says: ${message} ${JSON.stringify(fields)}`)
  }
  return { info: say, warn: say, error: say }
}
