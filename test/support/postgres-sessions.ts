import { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'

/** A session on a PostgreSQL server that fails the test on a fault of an idle connection. */
export const pgSession = (url: string): PgSqlSession =>
  new PgSqlSession(url, (fault) => {
    // A database dropped under an idle connection at the end of a file ends it: that is no fault.
    if ('code' in fault && fault.code === '57P01') return
    throw fault
  })
