import type { Command } from 'commander'
import { BACKLOG_LIMIT } from '#domain/forwarding/forwarder.ts'
import type { OutboxEntry } from '#domain/ports/outbox.ts'
import { type CliContext, configurationOf, countOf, endUnanswered, table, withoutLogs, withOutbox } from './context.ts'

/** `acci outbox status` */
export function outboxCommand(command: Command, context: CliContext): void {
  command
    .command('status')
    .description('say what waits to be projected, to be sent to the event store and to be published, and who is fenced')
    .option('--limit <count>', 'tenants to list', '20')
    .option('--json', 'for machines')
    .action(async ({ limit, json }: { limit: string; json?: boolean }) => {
      const most = countOf('--limit', limit)
      const configuration = configurationOf(context)
      const forwards = configuration.EVENTSTORE_URL !== undefined
      const publishes = configuration.RABBITMQ_URL !== undefined
      const found = await withOutbox(configuration, (outbox) =>
        outbox.status(forwards ? 'forwarded' : 'projected', most),
      )
      const { totals, lagging, unanswered } = found
      if (totals.tenants + unanswered.length === 0) throw withoutLogs(configuration)
      if (json) {
        context.out(JSON.stringify({ ...found, forwards, publishes, backlogLimit: BACKLOG_LIMIT }))
        endUnanswered(unanswered)
        return
      }
      context.out(`${totals.tenants} tenants, ${totals.events} events`)
      context.out(`to be projected: ${totals.toProject}`)
      context.out(
        forwards ? `to be forwarded: ${totals.toForward}` : 'nothing is forwarded: the logs are the event store',
      )
      if (publishes) context.out(`to be published: ${totals.toPublish}`)
      if (totals.fenced > 0) context.out(`fenced tenants: ${totals.fenced}`)
      if (lagging.length > 0) context.out(`\n${table([HEADING, ...lagging.map((entry) => rowOf(entry))])}`)
      endUnanswered(unanswered)
    })
}

const HEADING = ['tenant', 'events', 'projected', 'forwarded', 'waiting since', 'fence']

const rowOf = ({ tenantId, position, projected, forwarded, waitingSince, fence }: OutboxEntry) => [
  tenantId,
  String(position),
  String(projected),
  String(forwarded),
  waitingSince ?? '',
  fence ? `${fence.reason} at ${fence.position}` : '',
]
