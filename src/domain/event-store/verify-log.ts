import { GENESIS_HASH, hashedForm, type EventEnvelope } from '#common/envelope.ts'
import { verifyChain, type ChainLink } from '../events/verify-chain.ts'
import type { Cryptography } from '../ports/cryptography.ts'
import type { RecordedStoreEvent, StreamStore } from '../ports/event-store.ts'
import { fromStoreEvent, revisionOf, tenantStream } from './stream-event.ts'

const PAGE = 500

/** How a log and what the event store holds of it differ. */
export type Difference =
  /** The log itself: an event is missing, moved or changed. */
  | 'log_broken'
  /** The store does not hold an event that it had confirmed. */
  | 'missing_in_store'
  /** The store holds something there that is no event of a tenant's log. */
  | 'foreign_in_store'
  /** The store holds the tenant's event with another content. */
  | 'changed_in_store'
  /** The store holds events behind the end of the log. */
  | 'surplus_in_store'
  /** The stream cannot be read: deleted for good, or not for this user. */
  | 'stream_deleted'
  | 'access_denied'

export type Verification =
  | { readonly kind: 'same'; readonly position: number; readonly stored: number }
  /** `position`: the first that differs. */
  | { readonly kind: 'differs'; readonly position: number; readonly difference: Difference }

/** A tenant's log as it is to be verified. */
export interface VerifiableLog {
  readonly tenantId: string
  /** Where the log ended, as its writer said, when it was listed. */
  readonly head: ChainLink
  /** Where it ends now: it may have grown since, and the store with it. */
  readHead(): Promise<ChainLink>
  /** Position up to which the store has confirmed events; 0 where there is no store. */
  readonly forwarded: number
  /** Up to `limit` events after a position, in order. */
  read(after: number, limit: number): Promise<readonly EventEnvelope[]>
}

/**
 * Compares a tenant's log and its stream event by event, and checks the chain of hashes up to the head. What has not been
 * forwarded yet may be missing in the store, from some position on; what is committed meanwhile is compared as well where the
 * store holds it.
 * @param onEvents called with the number of events compared since the last call
 */
export async function verifyLog(
  log: VerifiableLog,
  store: Pick<StreamStore, 'readStream'> | undefined,
  cryptography: Pick<Cryptography, 'sha256Hex'>,
  onEvents: (count: number) => void = () => undefined,
): Promise<Verification> {
  let link: ChainLink = { position: 0, hash: GENESIS_HASH }
  let stored = 0
  let storeGoesOn = store !== undefined
  let { head } = log
  for (;;) {
    while (link.position < head.position) {
      const events = await log.read(link.position, Math.min(PAGE, head.position - link.position))
      const last = events.at(-1)
      if (!last) return differs(link.position + 1, 'log_broken')
      const broken = verifyChain(events, cryptography, link)
      if (store && storeGoesOn) {
        const compared = await compare(log, events, store)
        if (compared.difference && (broken === undefined || compared.difference.position < broken))
          return compared.difference
        stored += compared.same
        storeGoesOn = compared.same === events.length
      }
      if (broken !== undefined) return differs(broken, 'log_broken')
      onEvents(events.length)
      link = last
    }
    if (link.hash !== head.hash) return differs(link.position, 'log_broken')
    const hasMore = store && storeGoesOn && (await holds(store, log.tenantId, head.position + 1))
    if (!hasMore) return { kind: 'same', position: head.position, stored }
    // Events are committed before they are forwarded: a head read after the store covers whatever of the log it holds.
    const now = await log.readHead()
    if (now.position <= head.position) return differs(head.position + 1, 'surplus_in_store')
    head = now
  }
}

type Differs = Extract<Verification, { kind: 'differs' }>

const differs = (position: number, difference: Difference): Differs => ({ kind: 'differs', position, difference })

interface Compared {
  /** How many of the events the store holds as they are, from the first on. */
  readonly same: number
  /** What is wrong behind them; nothing where the store has just not got further. */
  readonly difference?: Differs
}

async function compare(
  { tenantId, forwarded }: VerifiableLog,
  events: readonly EventEnvelope[],
  store: Pick<StreamStore, 'readStream'>,
): Promise<Compared> {
  const from = events[0]?.position ?? 1
  const page = await store.readStream(tenantStream(tenantId), revisionOf(from), events.length)
  if (page.kind === 'streamDeleted') return { same: 0, difference: differs(from, 'stream_deleted') }
  if (page.kind === 'accessDenied') return { same: 0, difference: differs(from, 'access_denied') }
  const found = page.kind === 'read' ? page.events : []
  for (const [same, event] of events.entries()) {
    const there = found[same]
    if (!there && event.position > forwarded) return { same }
    const difference = differenceOf(event, there)
    if (difference) return { same, difference: differs(event.position, difference) }
  }
  return { same: events.length }
}

function differenceOf(event: EventEnvelope, there: RecordedStoreEvent | undefined): Difference | undefined {
  if (there?.revision !== revisionOf(event.position)) return 'missing_in_store'
  const read = fromStoreEvent(there)
  if (read.kind === 'foreign' || read.envelope.eventId !== event.eventId) return 'foreign_in_store'
  const same = read.envelope.hash === event.hash && hashedForm(read.envelope) === hashedForm(event)
  return same ? undefined : 'changed_in_store'
}

async function holds(store: Pick<StreamStore, 'readStream'>, tenantId: string, position: number): Promise<boolean> {
  const page = await store.readStream(tenantStream(tenantId), revisionOf(position), 1)
  return page.kind === 'read' && page.events.length > 0
}
