import { CommitCoalescer } from './commit-coalescer.ts'
import { ConfirmationCoalescer } from './confirmation-coalescer.ts'
import { EventCoalescer } from './event-coalescer.ts'
import { ReadCoalescer } from './read-coalescer.ts'
import type { SqlSession } from './sql-session.ts'

/** What the storages of one process read and write through, so that tenants that are busy at the same moment share a statement. */
export interface SharedStatements {
  readonly reads: ReadCoalescer
  readonly events: EventCoalescer
  readonly commits: CommitCoalescer
  readonly confirmations: ConfirmationCoalescer
}

export const shareStatements = (session: SqlSession): SharedStatements => ({
  reads: new ReadCoalescer(session),
  events: new EventCoalescer(session),
  commits: new CommitCoalescer(session),
  confirmations: new ConfirmationCoalescer(session),
})
