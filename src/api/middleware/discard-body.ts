import type { Context } from 'hono'

/** Bytes of a refused body that are still taken in. A body told to be longer is refused unread. */
const MOST_BYTES = 8 * 1024 * 1024
/** Milliseconds the sender has for them. */
const WITHIN = 10_000

/**
 * Takes in what is left of a body that is not wanted, within bounds. Many clients send all of it before they look at the
 * answer, and one whose connection is closed while it sends never sees why.
 */
export async function discardBody(c: Context): Promise<void> {
  const { body } = c.req.raw
  const isShort = Number(c.req.header('content-length')) <= MOST_BYTES
  if (!body || body.locked || !isShort) return
  try {
    await body.pipeTo(new WritableStream(), { signal: AbortSignal.timeout(WITHIN) })
  } catch {
    // The sender is gone, or too slow: it is answered now.
  }
}
