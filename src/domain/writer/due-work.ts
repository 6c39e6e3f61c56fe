import { fromBase64Url, toUtf8 } from '#common/bytes.ts'
import type { Mail, Mailer } from '../ports/mailer.ts'
import type { WriterTools } from './decide-batch.ts'
import { taskId } from './due-tasks.ts'
import type { TaskRow } from './rows.ts'
import type { WorkingSet } from './working-set.ts'

/** Tries a mail gets, and times an operation is looked after: over about six hours, then it is dropped. */
export const MAX_TRIES = 12
/** How long a claim is left alone, in milliseconds. Whatever does the work must have given up by then. */
const CLAIM = 30_000
const LONGEST_CLAIM = 3_600_000

/** A piece of due work that this run alone may do now. */
export interface Claim {
  /** Id of its due row, until which nobody else takes it. */
  readonly id: string
  readonly task: TaskRow
}

/** Puts due tasks off to the time of their next try and gives them to the caller; leaves out those that are gone. */
export async function claimTasks(rows: WorkingSet, ids: readonly string[], now: number): Promise<readonly Claim[]> {
  const tasks = await Promise.all(ids.map((id) => rows.read('due', id)))
  return ids.flatMap((id, index): Claim[] => {
    const task = tasks[index]
    // Claimed by another run, or called off, since it was seen.
    if (!task) return []
    const tries = 'tries' in task ? task.tries : 0
    const claimed: TaskRow = 'tries' in task ? { ...task, tries: tries + 1 } : task
    const until = now + Math.min(LONGEST_CLAIM, CLAIM * 2 ** tries)
    const claim = { id: taskId(until, task.task, id.slice(id.lastIndexOf('/') + 1)), task: claimed }
    rows.remove('due', id)
    // Died in the last try.
    if (tries >= MAX_TRIES) return []
    rows.put('due', claim.id, claimed, 1)
    return [claim]
  })
}

/**
 * Sends a claimed mail. True when it is done with: sent, out of tries, or its subject has been erased.
 * @param keys wrapped keys by subject
 * @throws when the subject's key does not open: that is a wrong master key, and no reason to lose a mail.
 */
export async function sendMail(
  { subjectId, sealed, tries }: Extract<TaskRow, { task: 'sendMail' }>,
  keys: Readonly<Record<string, string>>,
  { keyVault, cryptography }: Pick<WriterTools, 'keyVault' | 'cryptography'>,
  mailer: Mailer,
): Promise<boolean> {
  const wrapped = keys[subjectId]
  // There is nobody left to write to.
  if (wrapped === undefined) return true
  const key = keyVault.unwrap(wrapped, subjectId)
  const bytes = fromBase64Url(sealed)
  const text = key && bytes && cryptography.open(key, bytes, subjectId)
  if (!text) throw new Error('a mail does not open under the master key in use')
  const mail = JSON.parse(toUtf8(text)) as Mail // authenticated: sealed by the decider
  return mailer.send(mail).then(
    () => true,
    () => tries >= MAX_TRIES,
  )
}
