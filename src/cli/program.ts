import { Command, CommanderError } from 'commander'
import { EdgeRefused } from '#infrastructure/shared/edge-operations.ts'
import { completionCommand } from './completion.ts'
import { Ended, EXIT, messageOf, type CliContext } from './context.ts'
import { databaseCommand } from './database.ts'
import { doctorCommand } from './doctor.ts'
import { eventStoreCommand } from './event-store.ts'
import { outboxCommand } from './outbox.ts'
import { projectionsCommand } from './projections.ts'
import { tenantsCommand } from './tenants.ts'

/** Runs the command line `acci` with its arguments. Returns the exit code. */
export async function runCli(given: readonly string[], context: CliContext): Promise<number> {
  const program = new Command('acci')
    .description(
      'Operates ACCI: looks at what it runs on, and at what it has stored. Configured by the server’s own ' +
        'variables; with ACCI_EDGE_URL and ACCI_OPERATOR_TOKEN, for the edge deployment there.',
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.out(text.trimEnd()),
      writeErr: (text) => context.note(text.trimEnd()),
    })
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 something wrong was found, 2 wrong use or configuration, 3 a dependency does not answer.',
    )
  const group = (name: string, description: string) => program.command(name).description(description)
  doctorCommand(program.command('doctor'), context)
  databaseCommand(group('database', 'the PostgreSQL of the read models'), context)
  eventStoreCommand(group('eventstore', 'the EventStoreDB that logs are sent on to'), context)
  outboxCommand(group('outbox', 'what waits to follow the logs'), context)
  projectionsCommand(group('projections', 'the read models'), context)
  tenantsCommand(group('tenants', 'what is stored of tenants'), context)
  completionCommand(program.command('completion'), program, context)
  try {
    await program.parseAsync(given, { from: 'user' })
    return EXIT.done
  } catch (fault) {
    if (fault instanceof CommanderError) return fault.exitCode === 0 ? EXIT.done : EXIT.usage
    const known = fault instanceof Ended
    if (fault instanceof EdgeRefused) {
      context.note(fault.message)
      return EXIT.usage
    }
    context.note(known ? fault.message : `failed: ${messageOf(fault)}`)
    return known ? fault.code : EXIT.unavailable
  }
}
