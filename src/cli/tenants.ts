import type { Command } from 'commander'
import { configurationOf, countOf, logOf, table, withOutbox, type CliContext } from './context.ts'

/** `acci tenants …` */
export function tenantsCommand(command: Command, context: CliContext): void {
  command
    .command('events')
    .description('list the events of a tenant’s log as they are stored; personal fields stay sealed')
    .argument('<tenant>', 'id of the tenant')
    .option('--after <position>', 'those after this position', '0')
    .option('--limit <count>', 'at most so many', '100')
    .option('--json', 'whole events, one a line')
    .action(async (tenantId: string, options: { after: string; limit: string; json?: boolean }) => {
      const [after, limit] = [countOf('--after', options.after), countOf('--limit', options.limit)]
      const configuration = configurationOf(context)
      const events = await withOutbox(configuration, async (outbox) => {
        await logOf(outbox, tenantId, configuration)
        return outbox.events(tenantId, after, limit)
      })
      if (options.json) {
        for (const event of events) context.out(JSON.stringify(event))
        return
      }
      const rows = events.map(({ position, timestamp, type, aggregate, actorType, userId }) => [
        String(position),
        timestamp,
        type,
        `${aggregate.id} v${aggregate.version}`,
        userId ?? actorType,
      ])
      context.out(table([['position', 'time', 'type', 'aggregate', 'by'], ...rows]))
    })
}
