import type { KeyRingState } from '#domain/keys/key-ring.ts'
import type { KeyRingStore } from '#domain/ports/key-ring.ts'
import type { SqlSession } from './sql-session.ts'

/** The key ring in its one row, replaced only by whoever knows its revision. */
export class PostgresKeyRingStore implements KeyRingStore {
  readonly #session: SqlSession

  constructor(session: SqlSession) {
    this.#session = session
  }

  async read(): Promise<KeyRingState | undefined> {
    const [rows] = await this.#session.transaction('owner', [{ text: 'select state from keys.ring where id = 1' }])
    const state = rows?.[0]?.['state']
    return typeof state === 'string' ? (JSON.parse(state) as KeyRingState) : undefined // as written below
  }

  async write(expectedRevision: number, state: KeyRingState): Promise<boolean> {
    const params = [state.revision, JSON.stringify(state)]
    const statement =
      expectedRevision === 0
        ? { text: 'insert into keys.ring (revision, state) values ($1, $2) on conflict do nothing returning 1', params }
        : {
            text: 'update keys.ring set revision = $1, state = $2 where id = 1 and revision = $3 returning 1',
            params: [...params, expectedRevision],
          }
    const [rows] = await this.#session.transaction('owner', [statement])
    return (rows?.length ?? 0) > 0
  }
}
