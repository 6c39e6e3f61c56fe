import type { Command } from 'commander'
import { migrate } from '#infrastructure/postgres/migrate.ts'
import { nodeCryptography } from '#infrastructure/shared/node-cryptography.ts'
import { MIGRATIONS } from '../migrations.ts'
import { configurationOf, withDatabase, type CliContext } from './context.ts'

/** `acci database …` */
export function databaseCommand(command: Command, context: CliContext): void {
  command
    .command('migrate')
    .description('bring the schema of DATABASE_URL up to date: a step of every deployment to the edge')
    .option('--json', 'for machines')
    .action(async ({ json }: { json?: boolean }) => {
      const applied = await withDatabase(configurationOf(context), (session) =>
        migrate(session, MIGRATIONS, (text) => nodeCryptography.sha256Hex(text)),
      )
      if (json) context.out(JSON.stringify({ applied }))
      else if (applied.length === 0) context.out('the schema is up to date')
      else for (const name of applied) context.out(`applied ${name}`)
    })
}
