import type { Follower, Outbox, OutboxEntry, OutboxPage, OutboxStatus } from '../ports/outbox.ts'

/** Tenants read at a time: where each is an object of its own, a page asks so many of them. */
export const OUTBOX_PAGE = 100

/** Every tenant that has a log, page by page. */
export async function* outboxPages(outbox: Pick<Outbox, 'page'>, follower?: Follower): AsyncGenerator<OutboxPage> {
  for (let after: string | undefined = ''; after !== undefined;) {
    const page: OutboxPage = await outbox.page(after, OUTBOX_PAGE, follower)
    yield page
    after = page.next
  }
}

/** What waits over all tenants, where there is no table to ask: each of them says it. */
export async function outboxStatus(
  outbox: Pick<Outbox, 'page'>,
  follower: Follower,
  limit: number,
): Promise<OutboxStatus> {
  const totals = { tenants: 0, events: 0, toProject: 0, toForward: 0, toPublish: 0, fenced: 0 }
  const unanswered: string[] = []
  let lagging: readonly OutboxEntry[] = []
  const waiting = (entry: OutboxEntry) => entry.position - entry[follower]
  // RFC 3339 in UTC: the order of texts is that of times.
  const since = ({ waitingSince = '' }: OutboxEntry) => waitingSince
  for await (const page of outboxPages(outbox, follower)) {
    unanswered.push(...page.unanswered)
    for (const { position, projected, forwarded, fence } of page.entries) {
      totals.tenants++
      totals.events += position
      totals.toProject += position - projected
      totals.toForward += position - forwarded
      if (fence) totals.fenced++
    }
    lagging = [...lagging, ...page.entries.filter((entry) => waiting(entry) > 0)]
      // In the order of their ids already, which a sort keeps among equals.
      .toSorted((a, b) => since(a).localeCompare(since(b)))
      .slice(0, limit)
  }
  return { totals, lagging, unanswered }
}
