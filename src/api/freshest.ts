import { accept, refuse, type Outcome } from '#common/outcome.ts'

export interface Fresh<Row> {
  readonly row?: Row | undefined
  /** Of the tenant's log, up to which the row has followed it. */
  readonly position: number
}

/**
 * The read model's row, if it has followed far enough; else the writer's own word. A row that is not there is asked of the
 * writer too: it may have been created a moment ago.
 * @param required position of the tenant's log that must not be seen less than
 * @param onFault called when the read model cannot be asked
 */
export async function freshest<Row>(
  required: number,
  readModel: () => Promise<Fresh<Row>>,
  writer: () => Promise<Fresh<Row>>,
  onFault: (fault: unknown) => void,
): Promise<Outcome<Fresh<Row>>> {
  try {
    const found = await readModel()
    if (found.row !== undefined && found.position >= required) return accept(found)
  } catch (fault) {
    onFault(fault)
  }
  const fresh = await writer()
  return fresh.position >= required ? accept(fresh) : refuse('consistency.not_reached', { retryAfter: 1 })
}
