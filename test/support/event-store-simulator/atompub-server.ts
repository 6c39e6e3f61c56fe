import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { checkAccess, loginOf, type Operation } from './access.ts'
import type { ServerCertificate } from './certificates.ts'
import type { Faults } from './faults.ts'
import {
  ANY,
  revisionText,
  TOMBSTONE,
  type ProposedRecord,
  type SimulatedStore,
  type StoredRecord,
} from './simulated-store.ts'

const EVENTS = 'application/vnd.eventstore.events+json'
const EVENT = 'application/vnd.eventstore.event+json'
const ATOM = 'application/vnd.eventstore.atom+json'
/** Over HTTP the server answers 413 beyond this, and writes the events all the same. */
const MAX_EVENT_BYTES = 4 * 1024 * 1024
const PLAIN = { 'content-type': 'text/plain; charset=utf-8' }
const FOREVER = { 'cache-control': 'max-age=31536000, public', vary: 'Accept' }
const NEVER = { 'cache-control': 'max-age=0, no-cache, must-revalidate', vary: 'Accept' }

interface Answer {
  readonly status: number
  readonly reason: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

interface Asked {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  readonly user: string | undefined
}

export interface SimulatedServer {
  readonly url: string
  close(): Promise<void>
}

/** The HTTP side of the simulated EventStoreDB (AtomPub), as 4.1.4 was seen to answer. With a certificate, over TLS alone. */
export async function startAtomPub(
  store: SimulatedStore,
  faults?: Faults,
  at = 0,
  tls?: ServerCertificate,
): Promise<SimulatedServer> {
  const answers = (request: IncomingMessage, response: ServerResponse) => {
    void respond(store, faults, request, response).catch((fault: unknown) => {
      response.writeHead(500).end(String(fault))
    })
  }
  const server = tls ? createTlsServer({ ...tls }, answers) : createServer(answers)
  await new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // listens on a port
  return {
    url: tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function respond(
  store: SimulatedStore,
  faults: Faults | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer) // no encoding is set
  const asked: Omit<Asked, 'user'> = {
    method: request.method ?? 'GET',
    url: new URL(request.url ?? '/', `http://${request.headers.host}`),
    headers: request.headers,
    body: Buffer.concat(chunks),
  }
  const fault = await faults?.next(asked.method === 'POST' ? 'append' : 'read')
  if (fault === 'unavailable') return void response.writeHead(503, 'Server Is Too Busy').end()
  if (fault === 'notLeader')
    return void response.writeHead(307, 'Temporary Redirect', { location: 'http://leader.invalid/' }).end()
  if (fault === 'lostRequest') return void request.socket.destroy()
  const answer = await answerTo(store, asked)
  if (fault === 'lostReply') return void request.socket.destroy()
  if (fault === 'twice') await answerTo(store, asked)
  const { status, reason, headers = {}, body = '' } = answer
  response.writeHead(status, reason, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body)
}

const answer = (
  status: number,
  reason: string,
  headers: Readonly<Record<string, string>> = PLAIN,
  body = '',
): Answer => ({
  status,
  reason,
  headers,
  body,
})
const CHALLENGE = { 'www-authenticate': 'BasicCustom realm="ES"' }

async function answerTo(store: SimulatedStore, asked: Omit<Asked, 'user'>): Promise<Answer> {
  const login = loginOf(asked.headers.authorization)
  if (login === 'wrong') return answer(401, 'Unauthorized', CHALLENGE)
  const full: Asked = { ...asked, user: login }
  const [area, name, ...rest] = asked.url.pathname.split('/').slice(1)
  if (area === 'info') {
    const info = JSON.stringify({ esVersion: '4.1.4.0', state: 'master', projectionsMode: 'None' })
    return answer(200, 'OK', { 'content-type': 'application/json; charset=utf-8' }, info)
  }
  if (area === 'projection' || area === 'projections') return projections(store, full)
  if (area !== 'streams' || name === undefined || /%2f/i.test(asked.url.pathname))
    return asked.method === 'POST' ? answer(405, 'Method Not Allowed', {}) : answer(404, 'Not Found', {})
  const stream = decodeURIComponent(name)
  if (asked.method === 'POST') return append(store, full, stream, rest)
  if (asked.method === 'DELETE') return remove(store, full, stream)
  if (!checkAccess(store, full.user, stream, '$r')) return answer(401, 'Unauthorized', { ...PLAIN, ...CHALLENGE })
  if (stream === '$all') return readAll(store, full, rest)
  return rest[0] === 'metadata'
    ? readFeed(store, full, `$$${stream}`, rest.length === 1 ? ['head'] : rest.slice(1))
    : readFeed(store, full, stream, rest)
}

async function projections({ projections: all }: SimulatedStore, { method, url, user, body }: Asked): Promise<Answer> {
  if (user !== 'admin') return answer(401, 'Unauthorized', CHALLENGE)
  const [, area, name = '', ...rest] = url.pathname.split('/').map((part) => decodeURIComponent(part))
  const known = all.get(name)
  switch (`${method} ${area === 'projections' ? name : rest.join('/')}`) {
    case 'POST continuous': {
      const created = url.searchParams.get('name') ?? ''
      if (all.get(created)) return answer(409, 'Conflict')
      all.create(created, body.toString(), url.searchParams.get('emit') === 'yes')
      return answer(201, 'Created', { location: `${url.origin}/projection/${created}` })
    }
    case 'GET query':
      return known
        ? answer(200, 'OK', { 'content-type': 'application/javascript' }, known.query)
        : answer(404, 'Not Found')
    case 'PUT query':
      if (!known) return answer(404, 'Not Found')
      all.update(name, body.toString(), url.searchParams.get('emit') === 'yes')
      return answer(200, 'OK')
    case 'POST command/enable':
      return all.enable(name) ? answer(200, 'OK') : answer(404, 'Not Found')
    default:
      return answer(404, 'Not Found')
  }
}

function expectedVersion(headers: Asked['headers']): number | undefined {
  const given = headers['es-expectedversion']
  if (given === undefined) return ANY
  return typeof given === 'string' && /^-?\d+$/.test(given) && Number(given) >= -4 ? Number(given) : undefined
}

const wrongVersion = (current: number) =>
  answer(400, 'Wrong expected EventNumber', { ...PLAIN, 'es-currentversion': String(current) })

function append(store: SimulatedStore, asked: Asked, stream: string, rest: readonly string[]): Answer {
  const { headers, url } = asked
  const expected = expectedVersion(headers)
  if (expected === undefined) return answer(400, 'ES-ExpectedVersion header in wrong format.', {})
  const isMetadata = rest[0] === 'metadata'
  const target = isMetadata ? `$$${stream}` : stream
  const base = `${url.origin}/streams/`
  const events = proposedEvents(asked, isMetadata, rest)
  if (events === 'redirect') {
    const location = `${base}${encodeURIComponent(stream)}/incoming/${randomUUID()}`
    return answer(307, 'Temporary Redirect', { ...PLAIN, location }, 'Forwarding to idempotent URI')
  }
  if ('status' in events) return events
  const operation: Operation = isMetadata ? '$mw' : '$w'
  if (!checkAccess(store, asked.user, stream, operation)) return answer(401, 'Unauthorized', { ...PLAIN, ...CHALLENGE })
  const outcome = store.append(target, events.events, expected)
  // Seen on a real server: refused as too large, and written.
  if (events.events.some(({ data, metadata }) => data.length + metadata.length > MAX_EVENT_BYTES))
    return answer(413, 'Too large events received. Limit is 4mb', {})
  if (outcome.result === 'wrong') return wrongVersion(outcome.current)
  if (outcome.result === 'deleted') return answer(410, 'Stream deleted')
  return answer(201, 'Created', { ...PLAIN, location: `${base}${encodeURIComponent(target)}/${outcome.first}` })
}

function proposedEvents(
  { headers, body }: Asked,
  isMetadata: boolean,
  rest: readonly string[],
): { readonly events: readonly ProposedRecord[] } | 'redirect' | Answer {
  const contentType = (headers['content-type'] ?? '').split(';')[0] ?? ''
  if (contentType === 'application/json') {
    const type = isMetadata ? '$metadata' : headers['es-eventtype']
    if (typeof type !== 'string') {
      const reason = 'Must include an event type with the request either in body or as ES-EventType header.'
      return answer(400, reason, {})
    }
    const id = rest[0] === 'incoming' ? rest[1] : headers['es-eventid']
    if (typeof id !== 'string') return 'redirect'
    return { events: [{ id: id.toLowerCase(), type, json: true, data: body, metadata: Buffer.alloc(0) }] }
  }
  if (contentType !== EVENTS && contentType !== EVENT) return answer(415, 'Invalid or missing Content-Type', {})
  const parsed = parse(body.toString())
  if (!Array.isArray(parsed) || parsed.length === 0) return answer(400, 'Write request body invalid.', {})
  return {
    events: (parsed as readonly Readonly<Record<string, unknown>>[]).map((event) => {
      const data = serialized(event['data'])
      const metadata = serialized(event['metadata'])
      return {
        id: String(event['eventId']).toLowerCase(),
        type: String(event['eventType']),
        json: data.json || metadata.json,
        data: data.bytes,
        metadata: metadata.bytes,
      }
    }),
  }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Objects are re-serialised, texts kept as bytes, and other bare values lost. */
function serialized(value: unknown): { readonly bytes: Buffer; readonly json: boolean } {
  const object = typeof value === 'string' ? (parse(value) ?? value) : value
  if (typeof object === 'object' && object !== null)
    return { bytes: Buffer.from(JSON.stringify(object, null, 2)), json: true }
  return { bytes: typeof value === 'string' ? Buffer.from(value) : Buffer.alloc(0), json: false }
}

function remove(store: SimulatedStore, asked: Asked, stream: string): Answer {
  const expected = expectedVersion(asked.headers)
  if (expected === undefined) return answer(400, 'ES-ExpectedVersion header in wrong format.', {})
  if (!checkAccess(store, asked.user, stream, '$d')) return answer(401, 'Unauthorized', { ...PLAIN, ...CHALLENGE })
  const outcome = store.remove(stream, expected, asked.headers['es-harddelete'] === 'true')
  if (outcome.result === 'ok') return answer(204, 'Stream deleted')
  // A refused deletion, unlike a refused append, does not say which version there is.
  return outcome.result === 'wrong' ? answer(400, 'Wrong expected EventNumber') : answer(410, 'Stream deleted')
}

const feedHeaders = { 'content-type': `${ATOM}; charset=utf-8` }

/** JSON whose numbers of tombstones are the server's own. */
const feedText = (feed: object): string =>
  JSON.stringify(feed, null, 2).replaceAll(JSON.stringify(TOMBSTONE), revisionText(TOMBSTONE))

/** Entries as the reader wants them: links resolved, unless a header says not to. */
function entriesOf(
  store: SimulatedStore,
  { url, headers }: Pick<Asked, 'url' | 'headers'>,
  newestFirst: readonly StoredRecord[],
) {
  const resolves = String(headers['es-resolvelinktos'] ?? 'true').toLowerCase() !== 'false'
  return newestFirst.map((record) => {
    if (!resolves || record.type !== '$>') return entry(url, record)
    const target = store.target(record)
    return target ? entry(url, target) : bareEntry(url, record)
  })
}

function readAll(store: SimulatedStore, { url, headers }: Asked, rest: readonly string[]): Answer {
  const [from = 'head', direction = 'backward', size = '20'] = rest
  const backwards = direction === 'backward'
  const start = from === 'head' ? 'end' : Math.max(1, Number.parseInt(from.slice(0, 16), 16))
  const records = store.readAll(start, Number(size), backwards)
  const self = `${url.origin}/streams/%24all`
  const newest = backwards ? records[0] : records.at(-1)
  const previous = newest && `${self}/${allPosition(newest.position + 1)}/forward/${size}`
  const feed = {
    title: 'All events',
    id: self,
    updated: updatedAt(newest),
    author: AUTHOR,
    headOfStream: false,
    links: [
      { uri: self, relation: 'self' },
      { uri: `${self}/head/backward/${size}`, relation: 'first' },
      ...(previous === undefined ? [] : [{ uri: previous, relation: 'previous' }]),
      { uri: `${self}/metadata`, relation: 'metadata' },
    ],
    entries: entriesOf(store, { url, headers }, backwards ? records : records.toReversed()),
  }
  const full = records.length === Number(size) && from !== 'head'
  return answer(
    200,
    'OK',
    { ...feedHeaders, ...(full ? { ...FOREVER, 'cache-control': 'max-age=31536000, private' } : NEVER) },
    feedText(feed),
  )
}

const AUTHOR = { name: 'EventStore' }
const updatedAt = (record: StoredRecord | undefined) =>
  record ? new Date(record.created).toISOString() : '0001-01-01T00:00:00Z'

const allPosition = (position: number): string => position.toString(16).toUpperCase().padStart(16, '0').repeat(2)

async function readFeed(
  store: SimulatedStore,
  { url, headers }: Asked,
  stream: string,
  rest: readonly string[],
): Promise<Answer> {
  if (rest.length === 1) return readOne(store, url, headers, stream, rest[0] ?? 'head')
  const [from = 'head', direction = 'backward', size = '20'] = rest
  const backwards = direction === 'backward'
  const limit = Number(size)
  const start = from === 'head' ? 'end' : Number(from)
  const read = () => store.read(stream, start, limit, backwards)
  let found = read()
  const seconds = Number(headers['es-longpoll'] ?? 0)
  if (seconds > 0 && !backwards && found.result !== 'deleted' && typeof start === 'number' && start > found.last) {
    await appended(store, stream, start, seconds * 1_000)
    found = read()
  }
  if (found.result === 'deleted') return answer(410, 'Deleted')
  if (found.result === 'noStream') return answer(404, 'Not Found')
  const { records, last } = found
  const etag = `"${last};-1955838367"`
  if (headers['if-none-match'] === etag) return answer(304, 'Not Modified')
  const self = `${url.origin}/streams/${encodeURIComponent(stream)}`
  const full = backwards ? from !== 'head' && last >= Number(from) : last + 1 >= Number(from) + limit
  const reached = backwards ? from === 'head' || Number(from) >= last : (records.at(-1)?.revision ?? last) >= last
  const isPastEnd = !backwards && records.length === 0
  const newest = backwards ? (records[0]?.revision ?? last) : (records.at(-1)?.revision ?? last)
  const feed = {
    title: `Event stream '${stream}'`,
    id: self,
    updated: updatedAt(records[0]),
    streamId: stream,
    author: AUTHOR,
    headOfStream: reached,
    ...(from === 'head' && { selfUrl: self, eTag: etag.slice(1, -1) }),
    links: [
      { uri: self, relation: 'self' },
      { uri: `${self}/head/backward/${size}`, relation: 'first' },
      // Nothing lies behind a page that lies behind the end.
      ...(isPastEnd ? [] : [{ uri: `${self}/${newest + 1}/forward/${size}`, relation: 'previous' }]),
      { uri: `${self}/metadata`, relation: 'metadata' },
    ],
    entries: entriesOf(store, { url, headers }, backwards ? records : records.toReversed()),
  }
  return answer(200, 'OK', { ...feedHeaders, ...(full ? FOREVER : { ...NEVER, etag }) }, feedText(feed))
}

function readOne(store: SimulatedStore, url: URL, headers: Asked['headers'], stream: string, which: string): Answer {
  const found = which === 'head' ? store.read(stream, 'end', 1, true) : store.read(stream, Number(which), 1)
  if (found.result === 'deleted') return answer(410, 'Deleted')
  const [record] = found.records
  if (!record || (which !== 'head' && record.revision !== Number(which)))
    return answer(404, 'Not Found', PLAIN, found.result === 'ok' ? '{}' : '')
  const accept = headers.accept ?? ''
  const caching = which === 'head' ? { ...NEVER, etag: `"${record.revision};-1955838367"` } : FOREVER
  const content = {
    eventStreamId: record.stream,
    eventNumber: record.revision,
    eventType: record.type,
    eventId: record.id,
    data: parse(record.data.toString()),
    metadata: record.metadata.length > 0 ? parse(record.metadata.toString()) : '',
  }
  const body = accept.startsWith('application/json')
    ? content.data
    : accept.includes('event+json')
      ? content
      : { ...entry(url, record), content }
  return answer(200, 'OK', { 'content-type': `${accept}; charset=utf-8`, ...caching }, JSON.stringify(body, null, 2))
}

/** Waits until the stream reaches a revision, or the time is over. */
function appended(store: SimulatedStore, stream: string, revision: number, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      store.off('commit', look)
      resolve()
    }
    const look = () => {
      if (store.last(stream) >= revision) done()
    }
    const timer = setTimeout(done, milliseconds)
    store.on('commit', look)
    look()
  })
}

/** A link whose target is gone: an entry without an event. */
function bareEntry(url: URL, link: StoredRecord) {
  const [revision = '', stream = ''] = link.data.toString().split(/@(.*)/s)
  const uri = `${url.origin}/streams/${encodeURIComponent(stream)}/${revision}`
  return {
    title: link.data.toString(),
    id: uri,
    updated: new Date(link.created).toISOString(),
    author: AUTHOR,
    summary: '$>',
    links: [
      { uri, relation: 'edit' },
      { uri, relation: 'alternate' },
    ],
  }
}

function entry(url: URL, record: StoredRecord) {
  const embed = (url.searchParams.get('embed') ?? '').toLowerCase()
  const uri = `${url.origin}/streams/${encodeURIComponent(record.stream)}/${record.revision}`
  const withBody = embed === 'body' || embed === 'tryharder' || embed === 'pretty'
  return {
    ...((withBody || embed === 'rich') && {
      eventId: record.id,
      eventType: record.type,
      eventNumber: record.revision,
      ...(withBody && record.json && { data: record.data.toString() }),
      ...(withBody && record.metadata.length > 0 && { metaData: record.metadata.toString() }),
      streamId: record.stream,
      isJson: record.json,
      isMetaData: withBody && record.metadata.length > 0,
      isLinkMetaData: false,
      positionEventNumber: record.revision,
      positionStreamId: record.stream,
    }),
    title: `${record.revision}@${record.stream}`,
    id: uri,
    updated: new Date(record.created).toISOString(),
    author: AUTHOR,
    summary: record.type,
    links: [
      { uri, relation: 'edit' },
      { uri, relation: 'alternate' },
    ],
  }
}
