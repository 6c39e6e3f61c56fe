import type { WorkingSet } from './working-set.ts'

/** How long an operation may wait to be begun, in milliseconds; then it has expired, and is never begun (seed: 1 h). */
export const OPERATION_WAITS = 3_600_000
/** How long its answer is kept, in milliseconds. */
const KEPT = 24 * 3_600_000
/** How long a run is left alone before another one may begin, in milliseconds. */
const CLAIMED = 60_000
/** Runs after which it is given up: the last begins about two hours after the first (`due-work.ts` spaces them). */
export const MAX_RUNS = 10
/**
 * How long after it was asked for an operation that has been begun is given up, however often it has been run, in milliseconds: by
 * then its writer has ceased to send it (`MAX_TRIES`), which happens before `MAX_RUNS` where messages were lost.
 */
export const GIVEN_UP_AFTER = 7 * 3_600_000

/** A request that is answered later: what was asked, and what became of it. */
export interface OperationRow {
  /** Who asked: nobody else may see it. */
  readonly userId: string
  /** The last three are final. */
  readonly status: 'pending' | 'running' | 'succeeded' | 'failed' | 'expired'
  /** Milliseconds since the epoch, like the other times. */
  readonly createdAt: number
  readonly completedAt?: number
  readonly runs: number
  readonly claimedUntil: number
  /** What was asked, sealed; gone once the status is final. */
  readonly request?: string
  /** The answer, sealed; absent when the operation has expired or was given up. */
  readonly answer?: string
}

export const isFinal = ({ status }: Pick<OperationRow, 'status'>): boolean =>
  status === 'succeeded' || status === 'failed' || status === 'expired'

/** When work on it falls due again if nobody has come to it. */
export const operationDue = (now: number): number => now + CLAIMED / 2

const put = (rows: WorkingSet, id: string, row: OperationRow, now: number): OperationRow => {
  rows.put('operation', id, row, 1, now + OPERATION_WAITS + KEPT)
  return row
}

/** Keeps an operation to be run. One of this id that is there already stays what it is. */
export async function submitOperation(
  rows: WorkingSet,
  id: string,
  asked: { readonly userId: string; readonly request: string },
  now: number,
): Promise<{ readonly row: OperationRow; readonly isNew: boolean }> {
  const known = await rows.read('operation', id)
  if (known) return { row: known, isNew: false }
  return {
    row: put(rows, id, { ...asked, status: 'pending', createdAt: now, runs: 0, claimedUntil: 0 }, now),
    isNew: true,
  }
}

/** The operation, if whoever asks is the one to run it now. Of many who ask at once it is one. */
export async function claimOperation(rows: WorkingSet, id: string, now: number): Promise<OperationRow | undefined> {
  const row = await lookAfter(rows, id, now)
  if (!row || isFinal(row) || row.claimedUntil > now) return undefined
  return put(rows, id, { ...row, status: 'running', runs: row.runs + 1, claimedUntil: now + CLAIMED }, now)
}

/** Gives a run up: the next one may begin at once. */
export async function releaseOperation(rows: WorkingSet, id: string, now: number): Promise<void> {
  const row = await rows.read('operation', id)
  if (row?.status === 'running') put(rows, id, { ...row, claimedUntil: 0 }, now)
}

/** Writes down what became of an operation, unless that stands already. Returns what stands. */
export async function settleOperation(
  rows: WorkingSet,
  id: string,
  { status, answer }: { readonly status: 'succeeded' | 'failed'; readonly answer: string },
  now: number,
): Promise<OperationRow | undefined> {
  const row = await rows.read('operation', id)
  if (!row || isFinal(row)) return row
  return put(rows, id, { ...ended(row, status, now), answer }, now)
}

/**
 * The operation as it is now: one that has waited too long without being begun has expired, one that was begun too often or too
 * long ago is given up. Only what was never begun expires: what has expired has had no effect.
 */
export async function lookAfter(rows: WorkingSet, id: string, now: number): Promise<OperationRow | undefined> {
  const row = await rows.read('operation', id)
  if (!row || isFinal(row)) return row
  if (row.status === 'pending' && now > row.createdAt + OPERATION_WAITS)
    return put(rows, id, ended(row, 'expired', now), now)
  const isOver = row.runs >= MAX_RUNS || now > row.createdAt + GIVEN_UP_AFTER
  if (isOver && row.claimedUntil <= now) return put(rows, id, ended(row, 'failed', now), now)
  return row
}

function ended(
  { userId, createdAt, runs }: OperationRow,
  status: 'succeeded' | 'failed' | 'expired',
  now: number,
): OperationRow {
  return { userId, createdAt, runs, status, completedAt: now, claimedUntil: 0 }
}
