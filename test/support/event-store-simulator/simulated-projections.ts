import { randomUUID } from 'node:crypto'
import { createContext, runInContext } from 'node:vm'
import type { SimulatedStore, StoredRecord } from './simulated-store.ts'

export interface SimulatedProjection {
  readonly query: string
  readonly emits: boolean
  readonly enabled: boolean
}

/** What a handler of a query is given. */
interface Seen {
  readonly streamId: string
  readonly metadata: unknown
  readonly record: StoredRecord
}
type Handler = (state: unknown, event: Seen) => unknown

const SYSTEM = ['$by_category', '$by_event_type', '$by_correlation_id', '$streams', '$stream_by_category']

/**
 * The projections of the simulated EventStoreDB: queries of the form `fromCategory(c).when({ $any })` with `linkTo`, run by
 * Node's own engine. As on a real server a category is read through what `$by_category` has linked, resolved: an event that
 * is itself a link comes with the stream of the event it points to.
 */
export class SimulatedProjections {
  readonly #store: SimulatedStore
  readonly #all = new Map<string, SimulatedProjection>(
    SYSTEM.map((name) => [name, { query: '', emits: true, enabled: false }]),
  )
  /** Position in $all up to which each query has run. */
  readonly #done = new Map<string, number>()
  #running = false

  constructor(store: SimulatedStore) {
    this.#store = store
    store.on('commit', () => this.#run())
  }

  get names(): readonly string[] {
    return [...this.#all.keys()]
  }

  get(name: string): SimulatedProjection | undefined {
    return this.#all.get(name)
  }

  create(name: string, query: string, emits: boolean): void {
    this.#all.set(name, { query, emits, enabled: true })
    this.#run()
  }

  update(name: string, query: string, emits: boolean): void {
    this.#all.set(name, { query, emits, enabled: this.#all.get(name)?.enabled ?? false })
  }

  /** False when there is none of that name. */
  enable(name: string): boolean {
    const known = this.#all.get(name)
    if (!known) return false
    this.#all.set(name, { ...known, enabled: true })
    this.#run()
    return true
  }

  /** What is linked while it runs is seen by the same run. */
  #run(): void {
    if (this.#running || this.#all.get('$by_category')?.enabled !== true) return
    this.#running = true
    for (const [name, { query, emits, enabled }] of this.#all)
      if (enabled && query !== '') this.#follow(name, query, emits)
    this.#running = false
  }

  #follow(name: string, query: string, emits: boolean): void {
    for (;;) {
      const from = (this.#done.get(name) ?? 0) + 1
      const [record] = this.#store.readAll(from, 1)
      if (!record) return
      this.#done.set(name, record.position)
      const source = resolved(this.#store, record)
      if (!source) continue
      const { category, handler, links } = compiled(query)
      if (record.stream.startsWith('$') || record.stream.split('-')[0] !== category) continue
      handler({}, { streamId: source.stream, metadata: parsed(source.metadata), record: source })
      for (const { to, target } of emits ? links : []) {
        const data = Buffer.from(`${target.revision}@${target.stream}`)
        const link = { id: randomUUID(), type: '$>', json: false, data, metadata: Buffer.alloc(0) }
        this.#store.append(to, [link], this.#store.last(to))
      }
    }
  }
}

const parsed = (metadata: Buffer): unknown => (metadata.length === 0 ? null : JSON.parse(metadata.toString()))

const resolved = (store: SimulatedStore, record: StoredRecord): StoredRecord | undefined =>
  record.type === '$>' ? store.target(record) : record

function compiled(query: string) {
  const links: { readonly to: string; readonly target: StoredRecord }[] = []
  let category = ''
  let handler: Handler = () => undefined
  const context = createContext({
    fromCategory: (name: string) => {
      category = name
      return { when: ({ $any }: { readonly $any: Handler }) => void (handler = $any) }
    },
    linkTo: (to: string, { record }: Seen) => void links.push({ to, target: record }),
  })
  runInContext(query, context)
  return { category, handler, links }
}
