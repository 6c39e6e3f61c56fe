import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { migrate, type MigratableSession, type Migration } from '#infrastructure/postgres/migrate.ts'

const FOLDER = join(import.meta.dirname, '../../migrations')

/** Every migration on disk. */
export const migrationFiles = (): readonly Migration[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.sql'))
    .map((file) => ({ name: file.slice(0, -'.sql'.length), text: readFileSync(join(FOLDER, file), 'utf8') }))

export const checksumOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Brings a database to the present schema. Returns the names of what was applied. */
export const migrateAll = (session: MigratableSession): Promise<readonly string[]> =>
  migrate(session, migrationFiles(), checksumOf)
