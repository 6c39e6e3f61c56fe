import type { Side } from '../sides/side.ts'

/** What a side has written, beside what it has acknowledged. */
export interface Account {
  readonly side: string
  readonly acknowledged: number
  /** Operations that had no answer: each may have been done or not. */
  readonly lost: number
  readonly written: number
  readonly holds: boolean
}

/** Counts what the sides have acknowledged: speed that loses or doubles anything is none. */
export class Ledger {
  readonly #entries = new Map<Side, { acknowledged: number; lost: number }>()
  readonly accounts: Account[] = []

  add(side: Side, { acknowledged, lost }: { readonly acknowledged: number; readonly lost: number }): void {
    const entry = this.#entries.get(side) ?? { acknowledged: 0, lost: 0 }
    entry.acknowledged += acknowledged
    entry.lost += lost
    this.#entries.set(side, entry)
  }

  /** Asks the database of a side, at its end. */
  async settle(side: Side): Promise<void> {
    const { acknowledged, lost } = this.#entries.get(side) ?? { acknowledged: 0, lost: 0 }
    const written = await side.updatesWritten()
    const holds = written >= acknowledged && written <= acknowledged + lost
    this.accounts.push({ side: side.name, acknowledged, lost, written, holds })
  }
}
