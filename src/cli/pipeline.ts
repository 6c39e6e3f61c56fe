import { openPipeline, type Pipeline } from '../container.ts'
import { configurationOf, databaseOf, type CliContext } from './context.ts'

/** The pipeline, over the server's own database; what it has to say goes where notes go. */
export async function withPipeline<Result>(
  context: CliContext,
  work: (pipeline: Pipeline) => Promise<Result>,
): Promise<Result> {
  const configuration = configurationOf(context)
  databaseOf(configuration)
  const say = (message: string) => context.note(message)
  const pipeline = await openPipeline(configuration, { info: () => undefined, warn: say, error: say })
  try {
    return await work(pipeline)
  } finally {
    await pipeline.stop()
  }
}
