import type { RecordedStoreEvent, StoreSubscription } from '#domain/ports/event-store.ts'

/**
 * A subscription for a protocol that pushes nothing: asks for the next page over and over.
 * @param readPage must wait for a while at the end of the stream; its signal ends that waiting
 */
export function pollingSubscription(
  readPage: (from: number, signal: AbortSignal) => Promise<readonly RecordedStoreEvent[]>,
  from: number,
  onEvent: (event: RecordedStoreEvent) => Promise<void>,
): StoreSubscription {
  const ended = new AbortController()
  const run = async () => {
    let next = from
    while (!ended.signal.aborted) {
      const page = await readPage(next, ended.signal).catch((fault: unknown) => {
        if (ended.signal.aborted) return []
        throw fault
      })
      for (const event of page) {
        if (ended.signal.aborted) return
        await onEvent(event)
        next = event.revision + 1
      }
    }
  }
  const closed = run()
  closed.catch(() => undefined) // told to whoever waits for `closed`
  return {
    closed,
    async close() {
      ended.abort()
      await closed
    },
  }
}
