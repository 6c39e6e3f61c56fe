import type { Send } from '../e2e/client.ts'

/** A request that takes longer hangs, as far as any client is concerned. */
const HANGS_AFTER = 60_000

interface Success {
  readonly kind: 'command' | 'read'
  readonly at: number
}

/** Sends requests and keeps what became of them. Times are milliseconds of one monotonic clock. */
export class WatchedSend {
  /** Requests by the status of their answer; `none` for those whose connection ended before there was one. */
  readonly seen: Record<string, number> = {}
  hung = 0
  /** Answers of 5xx that are not what a client is promised: a problem document and, with 503, when to come back. */
  readonly unclean: string[] = []
  readonly #successes: Success[] = []

  readonly send: Send = async (url, init) => {
    const kind = init.method === 'GET' ? 'read' : 'command'
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(HANGS_AFTER) })
      const text = await response.text()
      const { status, headers } = response
      this.#count(String(status))
      if (response.ok) this.#successes.push({ kind, at: performance.now() })
      else if (status >= 500) this.#checkRefusal(response, text)
      return new Response(status === 204 ? null : text, { status, headers })
    } catch (fault) {
      if (fault instanceof DOMException && fault.name === 'TimeoutError') this.hung++
      this.#count('none')
      throw fault
    }
  }

  /** Requests that were answered with 5xx, or not at all. */
  get refused(): number {
    const counts = Object.entries(this.seen).filter(([status]) => status === 'none' || status >= '500')
    return counts.reduce((sum, [, count]) => sum + count, 0)
  }

  /** The longest time from `from` to `to` in which no request of the kind succeeded. */
  longestWithout(kind: Success['kind'], from: number, to: number): number {
    let [last, longest] = [from, 0]
    for (const { at } of this.#successes.filter((one) => one.kind === kind && one.at > from && one.at < to)) {
      longest = Math.max(longest, at - last)
      last = at
    }
    return Math.max(longest, to - last)
  }

  /** When, after `from`, a request of the kind first succeeded. */
  firstAfter(kind: Success['kind'], from: number): number | undefined {
    return this.#successes.find((one) => one.kind === kind && one.at > from)?.at
  }

  #count(status: string): void {
    this.seen[status] = (this.seen[status] ?? 0) + 1
  }

  #checkRefusal({ status, headers }: Response, text: string): void {
    const isProblem = headers.get('content-type') === 'application/problem+json'
    if (isProblem && (status !== 503 || headers.has('retry-after'))) return
    if (this.unclean.length < 10) this.unclean.push(`${status} ${text.slice(0, 300)}`)
  }
}
