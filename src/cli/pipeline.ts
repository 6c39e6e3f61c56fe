import type { DirectoryFollower } from '#domain/directory/directory-follower.ts'
import { createKeyVault, parseMasterKey } from '#domain/keys/master-key.ts'
import type { OperatorOutbox } from '#domain/ports/outbox.ts'
import type { Halt } from '#domain/ports/projection-store.ts'
import type { TenantWriter } from '#domain/ports/tenant-writer.ts'
import type { ViewName } from '#domain/projection/views.ts'
import type { WriterTools } from '#domain/writer/decide-batch.ts'
import type { SqlSession } from '#infrastructure/postgres/sql-session.ts'
import type { Configuration } from '#infrastructure/shared/configuration.ts'
import type { EdgeOperations } from '#infrastructure/shared/edge-operations.ts'
import { nodeCryptography } from '#infrastructure/shared/node-cryptography.ts'
import { openPipeline } from '../container.ts'
import { configurationOf, databaseOf, edgeOf, Ended, EXIT, withDatabase, type CliContext } from './context.ts'

/** What commands work with: the read models, and the logs they follow, wherever those are. */
export interface Pipeline {
  readonly configuration: Configuration
  /** On the database of the read models. */
  readonly session: SqlSession
  readonly outbox: OperatorOutbox
  readonly writer: Pick<TenantWriter, 'log' | 'subjectKeys'>
  /**
   * Absent where the directory is out of reach, as that of the edge is. What has gone and come while a view stood still, it then
   * learns from a retry, which the Worker makes, and from no rebuild.
   */
  readonly names?: DirectoryFollower
  /** What opens personal fields. */
  readonly tools: Pick<WriterTools, 'cryptography' | 'keyVault'>
  /** As `Projector.retry`. */
  readonly retry: (tenantId: string, view: ViewName) => Promise<Halt | undefined>
}

/** The pipeline of the edge deployment that is named, or over the server's own database. What it has to say goes where notes go. */
export async function withPipeline<Result>(
  context: CliContext,
  work: (pipeline: Pipeline) => Promise<Result>,
): Promise<Result> {
  const configuration = configurationOf(context)
  databaseOf(configuration)
  const edge = edgeOf(configuration)
  if (edge) return withDatabase(configuration, (session) => work(edgePipeline(configuration, session, edge)))
  const say = (message: string) => context.note(message)
  const pipeline = await openPipeline(configuration, { info: () => undefined, warn: say, error: say })
  const { session, outbox, writer, tools, names, projector } = pipeline
  try {
    const retry: Pipeline['retry'] = (tenantId, view) => projector.retry(tenantId, view)
    return await work({ configuration, session, outbox, writer, tools, names, retry })
  } finally {
    await pipeline.stop()
  }
}

const edgePipeline = (configuration: Configuration, session: SqlSession, edge: EdgeOperations): Pipeline => ({
  configuration,
  session,
  outbox: edge,
  writer: edge,
  /** Needed by few commands, and never made up: a key of one's own opens nothing. */
  get tools() {
    const { ACCI_MASTER_KEY: key } = configuration
    const masterKey = key === undefined ? undefined : parseMasterKey(key)
    if (!masterKey)
      throw new Ended(EXIT.usage, 'ACCI_MASTER_KEY is not set: the edge deployment’s own opens personal fields')
    return { cryptography: nodeCryptography, keyVault: createKeyVault(masterKey, nodeCryptography) }
  },
  retry: (tenantId, view) => edge.retry(tenantId, view),
})
