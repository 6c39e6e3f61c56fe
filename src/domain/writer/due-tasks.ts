import { timestampOf } from '../ports/clock.ts'
import type { TaskRow } from './rows.ts'

/** Id of a due row: the time comes first, so rows lie in the order they fall due. */
export const taskId = (due: number, task: TaskRow['task'], id: string): string => `${timestampOf(due)}/${task}/${id}`

/** When a due row's work is to be done, in milliseconds since the epoch. */
export const dueTime = (ref: string): number => Date.parse(ref.slice('due/'.length, ref.indexOf('/', 'due/'.length)))
