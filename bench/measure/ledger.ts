import type { Side } from '../sides/side.ts'

interface Entry {
  readonly side: Side
  acknowledged: number
  lost: number
}

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
  readonly #entries = new Map<string, Entry>()

  add(side: Side, { acknowledged, lost }: { readonly acknowledged: number; readonly lost: number }): void {
    const entry = this.#entries.get(side.name) ?? { side, acknowledged: 0, lost: 0 }
    entry.acknowledged += acknowledged
    entry.lost += lost
    this.#entries.set(side.name, entry)
  }

  /** Asks the databases. */
  async accounts(): Promise<readonly Account[]> {
    const accounts: Account[] = []
    for (const { side, acknowledged, lost } of this.#entries.values()) {
      const written = await side.updatesWritten()
      const holds = written >= acknowledged && written <= acknowledged + lost
      accounts.push({ side: side.name, acknowledged, lost, written, holds })
    }
    return accounts
  }
}
