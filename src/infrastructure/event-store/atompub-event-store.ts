import { z } from 'zod'
import { fromUtf8 } from '#common/bytes.ts'
import {
  type AllPage,
  type AppendResult,
  type DeleteResult,
  type ExpectedRevision,
  type MetadataResult,
  type ReadResult,
  type RecordedStoreEvent,
  type StoreEvent,
  type StreamMetadata,
  type StreamStore,
} from '#domain/ports/event-store.ts'
import type { StoreAdministration } from '#domain/ports/store-administration.ts'
import {
  isSystemEvent,
  metadataOf,
  metadataStream,
  objectIn,
  probed,
  tooLarge,
} from '#domain/event-store/store-answers.ts'
import { AtomPubProjections } from './atompub-projections.ts'
import { connectionCause } from './connection-fault.ts'
import { pollingSubscription } from './polling-subscription.ts'

const EVENTS = 'application/vnd.eventstore.events+json'
const ATOM = 'application/vnd.eventstore.atom+json'
/** What a 404 tells whoever runs the product that is not about a stream. */
const NOT_SERVED =
  'no AtomPub is served there: start the server with EVENTSTORE_ENABLE_ATOM_PUB_OVER_HTTP=true, ' +
  'or, before a gateway, check the path of EVENTSTORE_URL'
/** How a private authority is trusted: by Node's own variable. A Worker trusts public ones alone. */
const TRUST = 'name it in NODE_EXTRA_CA_CERTS; a Worker trusts public ones alone'
/** Where $all begins: commit and prepare position, both zero. */
const ALL_START = '0'.repeat(32)

const Entry = z.object({
  eventId: z.string(),
  eventType: z.string(),
  // Not z.int(): a tombstone has the largest number of 64 bits, which is no safe integer.
  eventNumber: z.number(),
  streamId: z.string(),
  data: z.string().optional(),
  metaData: z.string().optional(),
})
/** A link whose target is gone is shown without any of its own, should a server resolve links all the same. */
const Bare = z.object({ eventId: z.undefined().optional(), summary: z.string().optional() })
const Feed = z.object({
  headOfStream: z.boolean(),
  links: z.array(z.object({ uri: z.string(), relation: z.string() })),
  entries: z.array(z.union([Entry, Bare])),
})
type Feed = z.infer<typeof Feed>

export interface AtomPubOptions {
  /** Address of the server, or of a gateway under a path of its own. */
  readonly url: string
  readonly credentials?: { readonly username: string; readonly password: string }
  /** Milliseconds until a request is given up. */
  readonly timeout?: number
}

/** The store did not answer a read as the protocol says. */
export class EventStoreFault extends Error {
  override readonly name = 'EventStoreFault'
}

/**
 * EventStoreDB over its HTTP API (AtomPub): nothing but `fetch`, so that it serves where there is no HTTP/2. What is odd
 * about the protocol was seen on a 4.1.4 server: it writes what it answers 413 to, feeds are newest first, a full page is
 * marked as cacheable for a year, and JSON is re-serialised.
 */
export class AtomPubEventStore implements StreamStore {
  readonly #base: string
  readonly #authorization: string | undefined
  readonly #timeout: number

  constructor({ url, credentials, timeout = 10_000 }: AtomPubOptions) {
    const { origin, pathname } = new URL(url)
    this.#base = `${origin}${pathname.replace(/\/+$/, '')}`
    this.#timeout = timeout
    this.#authorization = credentials && basic(credentials.username, credentials.password)
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly StoreEvent[]): Promise<AppendResult> {
    const refused = tooLarge(events)
    if (refused) return refused
    return this.#post(
      pathOf(stream),
      EVENTS,
      expected,
      events.map(({ id, type, data, metadata }) => ({ eventId: id, eventType: type, data, metadata })),
      events.length,
    )
  }

  async readStream(stream: string, from: number, limit: number): Promise<ReadResult> {
    const response = await this.#get(`${pathOf(stream)}/${from}/forward/${limit}?embed=body`)
    if (typeof response === 'string') return { kind: response }
    return { kind: 'read', events: eventsOf(response), endOfStream: response.headOfStream }
  }

  async readLast(stream: string): Promise<ReadResult> {
    const response = await this.#get(`${pathOf(stream)}/head/backward/1?embed=body`)
    if (typeof response === 'string') return { kind: response }
    return { kind: 'read', events: eventsOf(response), endOfStream: true }
  }

  async readAll(checkpoint: string | undefined, limit: number): Promise<AllPage> {
    let next = checkpoint ?? ALL_START
    for (;;) {
      const page = await this.#get(`/streams/%24all/${next}/forward/${limit}?embed=body`)
      if (typeof page === 'string') throw new EventStoreFault(`the store refused to read all streams: ${page}`)
      // Positions stand in the links alone; without a link to what is newer, the page ends where it began.
      const newer = page.links.find(({ relation }) => relation === 'previous')?.uri.match(/\/([0-9A-F]{32})\//i)?.[1]
      const events = eventsOf(page).filter((event) => !isSystemEvent(event))
      const endOfStore = page.entries.length < limit
      // A page of nothing but system events is not the end.
      if (events.length > 0 || endOfStore || newer === undefined) return { events, next: newer ?? next, endOfStore }
      next = newer
    }
  }

  subscribe(stream: string, from: number, onEvent: (event: RecordedStoreEvent) => Promise<void>) {
    return pollingSubscription(
      async (at, signal) => {
        // The server waits for up to this many seconds when there is nothing yet: no answer costs no traffic.
        const page = await this.#get(`${pathOf(stream)}/${at}/forward/100?embed=body`, { 'ES-LongPoll': '5' }, signal)
        if (page === 'streamNotFound') return []
        if (typeof page === 'string') throw new EventStoreFault(`the subscription ended: ${page}`)
        return eventsOf(page)
      },
      from,
      onEvent,
    )
  }

  async readMetadata(stream: string): Promise<MetadataResult> {
    return metadataOf(await this.readLast(metadataStream(stream)))
  }

  writeMetadata(stream: string, expected: ExpectedRevision, metadata: StreamMetadata): Promise<AppendResult> {
    const event = { eventId: crypto.randomUUID(), eventType: '$metadata', data: metadata }
    return this.#post(`${pathOf(stream)}/metadata`, EVENTS, expected, [event], 1)
  }

  delete(stream: string, expected: ExpectedRevision): Promise<DeleteResult> {
    return this.#delete(stream, expected, {})
  }

  tombstone(stream: string, expected: ExpectedRevision): Promise<DeleteResult> {
    return this.#delete(stream, expected, { 'ES-HardDelete': 'true' })
  }

  health() {
    return probed(this, (fault) => this.#causeOf(fault))
  }

  async capabilities() {
    const serverVersion = await this.#serverVersion()
    return { protocol: 'atompub', pushes: false, ...(serverVersion !== undefined && { serverVersion }) } as const
  }

  /** What only an administrator does. */
  get administration(): StoreAdministration {
    return new AtomPubProjections((path, init) => this.#fetch(path, init))
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  async #serverVersion(): Promise<string | undefined> {
    const response = await this.#fetch('/info', { headers: { Accept: 'application/json' } }).catch(() => undefined)
    if (!response?.ok) {
      await response?.body?.cancel()
      return undefined
    }
    const info = z.object({ esVersion: z.string() }).safeParse(await response.json())
    return info.success ? info.data.esVersion : undefined
  }

  async #post(
    path: string,
    contentType: string,
    expected: ExpectedRevision,
    body: unknown,
    count: number,
  ): Promise<AppendResult> {
    let response: Response
    try {
      response = await this.#fetch(path, {
        method: 'POST',
        headers: { 'Content-Type': contentType, 'ES-ExpectedVersion': versionOf(expected) },
        body: JSON.stringify(body),
      })
      // Read to its end: an answer that breaks off tells nothing.
      await response.arrayBuffer()
    } catch (fault) {
      return { kind: 'outcomeUnknown', cause: this.#causeOf(fault) }
    }
    const { status } = response
    if (status === 201) {
      const first = Number(/\/(\d+)$/.exec(response.headers.get('Location') ?? '')?.[1] ?? Number.NaN)
      return Number.isSafeInteger(first)
        ? { kind: 'appended', first, last: first + count - 1 }
        : { kind: 'outcomeUnknown', cause: 'the answer names no revision' }
    }
    const current = response.headers.get('ES-CurrentVersion') ?? response.headers.get('Kurrent-CurrentVersion')
    if (status === 400 && current !== null) {
      const revision = Number(current)
      return { kind: 'wrongExpectedRevision', current: revision < 0 ? 'noStream' : revision }
    }
    if (status === 401 || status === 403) return { kind: 'accessDenied' }
    if (status === 410) return { kind: 'streamDeleted' }
    if (status === 307) return { kind: 'notLeader', leader: response.headers.get('Location') ?? undefined }
    // An append to a stream that is not there makes it.
    return { kind: 'outcomeUnknown', cause: status === 404 ? NOT_SERVED : `HTTP ${status} ${response.statusText}` }
  }

  async #delete(stream: string, expected: ExpectedRevision, headers: Record<string, string>): Promise<DeleteResult> {
    const response = await this.#fetch(pathOf(stream), {
      method: 'DELETE',
      headers: { 'ES-ExpectedVersion': versionOf(expected), ...headers },
    })
    await response.arrayBuffer()
    switch (response.status) {
      case 204:
        return { kind: 'deleted' }
      case 400:
        return { kind: 'wrongExpectedRevision' }
      case 401:
        return { kind: 'accessDenied' }
      case 410:
        return { kind: 'streamDeleted' }
      default:
        throw new EventStoreFault(`the store answered ${response.status} to a deletion`)
    }
  }

  async #get(
    path: string,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<Feed | 'streamNotFound' | 'streamDeleted' | 'accessDenied'> {
    const response = await this.#fetch(path, {
      // Resolved, which is what the server does unless told otherwise, a link would show as the event it points to.
      headers: { Accept: ATOM, 'ES-ResolveLinkTos': 'false', ...headers },
      ...(signal && { signal }),
    })
    if (response.status === 200) return Feed.parse(await response.json())
    const body = await response.text()
    if (response.status === 404 && !isAboutStream(response, body)) throw new EventStoreFault(NOT_SERVED)
    if (response.status === 404) return 'streamNotFound'
    if (response.status === 410) return 'streamDeleted'
    if (response.status === 401 || response.status === 403) return 'accessDenied'
    throw new EventStoreFault(`the store answered ${response.status} to a read`)
  }

  /** Node tells the reason of a failed `fetch` apart. */
  #causeOf(fault: unknown): string {
    if (!(fault instanceof Error)) return String(fault)
    const reason = fault.cause instanceof Error ? fault.cause.message : ''
    const text = reason === '' ? `${fault.name}: ${fault.message}` : `${fault.message}: ${reason}`
    return connectionCause(text, { isWithoutTls: this.#base.startsWith('http:'), trust: TRUST })
  }

  #fetch(path: string, init: RequestInit): Promise<Response> {
    const timeout = AbortSignal.timeout(this.#timeout)
    const headers = new Headers(init.headers)
    if (this.#authorization !== undefined) headers.set('Authorization', this.#authorization)
    return fetch(`${this.#base}${path}`, {
      ...init,
      headers,
      // A followed redirect would hide that another node leads.
      redirect: 'manual',
      cache: 'no-store',
      signal: init.signal ? AbortSignal.any([init.signal, timeout]) : timeout,
    })
  }
}

/** RFC 7617, in UTF-8. */
const basic = (username: string, password: string): string =>
  `Basic ${btoa(String.fromCharCode(...fromUtf8(`${username}:${password}`)))}`

/**
 * Whether a 404 says that there is no such stream. The server says that with a plain text that is
 * empty, or an empty object (seen on 4.1.4); where it
 * serves no AtomPub, or something else answers, a 404 has no type, another one, or something to say.
 */
const isAboutStream = ({ headers }: Response, body: string): boolean =>
  ['', '{}'].includes(body.trim()) && /^text\/plain\b/i.test(headers.get('Content-Type') ?? '')

const pathOf = (stream: string): string => `/streams/${encodeURIComponent(stream)}`

const versionOf = (expected: ExpectedRevision): string => (expected === 'noStream' ? '-1' : String(expected))

/** Feeds are newest first. */
const eventsOf = ({ entries }: Feed): readonly RecordedStoreEvent[] =>
  entries.toReversed().flatMap((entry) => {
    if (entry.eventId === undefined) return []
    const { eventId, eventType, eventNumber, streamId, data, metaData } = entry
    return {
      id: eventId.toLowerCase(),
      type: eventType,
      stream: streamId,
      revision: eventNumber,
      data: objectIn(parsed(data)),
      metadata: objectIn(parsed(metaData)),
    }
  })

/** Undefined where it is no JSON: others may write that too. */
function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
