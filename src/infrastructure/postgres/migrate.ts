import { onlyRow, type SqlSession } from './sql-session.ts'

export interface Migration {
  /** File name without its ending: migrations are applied in the order of their names. */
  readonly name: string
  readonly text: string
}

/** A session that can also run a script of many statements in one go. */
export interface MigratableSession extends SqlSession {
  script(text: string): Promise<void>
}

/** Any number, the same for all replicas: who holds this advisory lock migrates, the others wait. */
const LOCK = 7_201_126

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`

/**
 * Applies what has not been applied yet, each migration in a transaction of its own. Replicas that start together wait for
 * one another. Returns the names applied.
 * @throws when an applied migration's text has changed since.
 */
export async function migrate(
  session: MigratableSession,
  migrations: readonly Migration[],
  checksumOf: (text: string) => string,
) {
  await session.script(`
    begin;
    select pg_advisory_xact_lock(${LOCK});
    create schema if not exists acci_migrations;
    create table if not exists acci_migrations.applied (name text primary key, checksum text not null);
    commit;`)
  const applied: string[] = []
  for (const { name, text } of migrations.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const known = await checksum(session, name)
    if (known === undefined) {
      if (await apply(session, name, text, checksumOf(text))) applied.push(name)
    } else if (known !== checksumOf(text)) {
      throw new Error(`migration ${name} has been changed after it was applied`)
    }
  }
  return applied
}

async function checksum(session: SqlSession, name: string): Promise<string | undefined> {
  const statement = {
    text: 'select (select checksum from acci_migrations.applied where name = $1) as checksum',
    params: [name],
  }
  const [rows] = await session.transaction('owner', [statement])
  const value = onlyRow(rows)['checksum']
  return typeof value === 'string' ? value : undefined
}

/** The record is written first: a replica that waited for the lock then fails on it and finds the work done: false. */
async function apply(session: MigratableSession, name: string, text: string, sum: string): Promise<boolean> {
  try {
    await session.script(`
      begin;
      select pg_advisory_xact_lock(${LOCK});
      insert into acci_migrations.applied (name, checksum) values (${quote(name)}, ${quote(sum)});
      ${text}
      commit;`)
    return true
  } catch (fault) {
    await session.script('rollback').catch(() => undefined)
    if ((await checksum(session, name)) !== sum) throw fault
    return false
  }
}
