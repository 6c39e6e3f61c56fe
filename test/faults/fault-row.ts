import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The runtimes, by the tool that starts each. */
export const RUNTIMES = {
  container: 'tools/start-container.ts',
  edge: 'tools/start.ts',
} as const
export type Runtime = keyof typeof RUNTIMES

/** What one fault came to on one runtime: a line of doc/architecture/faults.md. Times are milliseconds. */
export interface FaultRow {
  readonly fault: string
  readonly runtime: Runtime
  /** Commands whose success a client was told. */
  readonly acknowledged: number
  /** Of those, how many were accepted to be carried out later; absent where nobody asked for that. */
  readonly deferred?: number
  /** Of those, how many are not in the log as they were answered. */
  readonly lost: number
  /** Of those, how many are in the log more than once. */
  readonly doubled: number
  /** Requests, commands and reads, by the status of their answer; `none` for those that got no answer. */
  readonly seen: Readonly<Record<string, number>>
  /** Longest time without a command, and without a read, that succeeded. */
  readonly withoutCommand?: number
  readonly withoutRead?: number
  /** From the end of the fault until commands and reads succeed again. */
  readonly normalAfter: number
  /** How often the fault came. */
  readonly times?: number
  readonly note?: string
}

/** Says what was seen; `npm run faults` asks for it in a folder, to make the table of it. */
export function recordRow(row: FaultRow): void {
  console.log(JSON.stringify(row))
  const folder = process.env['ACCI_FAULTS_REPORT']
  if (folder !== undefined) writeFileSync(join(folder, `${randomUUID()}.json`), JSON.stringify(row))
}
