import { Hono, type Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import type { Json } from '#common/json.ts'
import { metadataStream } from '#domain/event-store/store-answers.ts'
import type { Cryptography } from '#domain/ports/cryptography.ts'
import {
  APPEND_LIMITS,
  type AppendResult,
  type DeleteResult,
  type ExpectedRevision,
  type StreamStore,
} from '#domain/ports/event-store.ts'
import type { Logger } from '#domain/ports/logger.ts'
import { showsSecret } from '../auth/shows-secret.ts'
import { ALL_START, allFeed, checkpointOf, streamFeed } from './feed.ts'

/** Whom the gateway knows: the name its token goes with. */
const GATEWAY_USER = 'gateway'
/** Where the container serves it. */
export const GATEWAY_PATH = '/eventstore'

/** Bytes of a body: what an append may weigh, and what JSON, ids and types add to that. */
const LARGEST_BODY = 2 * APPEND_LIMITS.bytes
const MOST_READ = 1_000
/** A reader that waits asks the store so often, in milliseconds, and so long at most, in seconds. */
const ASK_EVERY = 250
const LONGEST_WAIT = 20

const Revision = z.string().regex(/^\d{1,15}$/)
const JsonObject = z.record(z.string(), z.custom<Json>())
const Events = z
  .array(
    z.object({
      eventId: z.uuid(),
      eventType: z.string().min(1).max(256),
      data: JsonObject,
      metadata: JsonObject.default({}),
    }),
  )
  .min(1)
  .max(APPEND_LIMITS.events)

export interface GatewayOptions {
  readonly store: StreamStore
  /** What a client shows as the password of `gateway`. */
  readonly token: string
  readonly cryptography: Pick<Cryptography, 'sha256'>
  readonly logger: Pick<Logger, 'warn'>
  /** Waits so many milliseconds. */
  readonly wait: (milliseconds: number) => Promise<void>
}

/**
 * An event store over HTTP for those who speak no gRPC: the part of EventStoreDB's AtomPub that `AtomPubEventStore` uses, over
 * a store of any kind. What the store refuses, or does not answer, comes through as that protocol says it; of the store's own
 * address and credentials nothing does.
 */
export function createEventStoreGateway({ store, token, cryptography, logger, wait }: GatewayOptions): Hono {
  const app = new Hono().basePath(GATEWAY_PATH)
  const secret = `Basic ${btoa(`${GATEWAY_USER}:${token}`)}`

  app.use(async (c, next) => {
    if (showsSecret(cryptography, c.req.header('authorization'), secret)) return next()
    return c.text('', 401, { 'WWW-Authenticate': 'Basic realm="event store"' })
  })
  app.onError((fault, c) => {
    logger.warn('the event store behind the gateway did not answer', { fault: String(fault) })
    return c.text('', 503)
  })

  app.get('/streams/:stream/:position{[0-9A-Fa-f]{32}}/forward/:limit{\\d+}', async (c) => {
    const { position, limit } = c.req.param()
    if (streamOf(c) !== '$all') return c.text('', 404)
    const count = Math.min(Number(limit), MOST_READ)
    const events = []
    let checkpoint = position === ALL_START ? undefined : checkpointOf(position)
    // A page that is not full is the last one, to those who read it.
    for (let isEnd = false; events.length < count && !isEnd;) {
      const page = await store.readAll(checkpoint, count - events.length)
      events.push(...page.events)
      checkpoint = page.next
      isEnd = page.endOfStore
    }
    return c.json(allFeed(events, checkpoint))
  })

  app.get('/streams/:stream/head/backward/1', async (c) => {
    const stream = streamOf(c)
    const read = await store.readLast(stream)
    return read.kind === 'read' ? c.json(streamFeed(read.events, true)) : refused(c, read.kind)
  })

  app.get('/streams/:stream/:from{\\d+}/forward/:limit{\\d+}', async (c) => {
    const { from, limit } = c.req.param()
    const stream = streamOf(c)
    if (!Revision.safeParse(from).success) return c.text('', 400)
    const count = Math.min(Number(limit), MOST_READ)
    const seconds = Math.min(Number(c.req.header('es-longpoll') ?? 0) || 0, LONGEST_WAIT)
    for (let waited = 0; ; waited += ASK_EVERY) {
      const read = await store.readStream(stream, Number(from), count)
      const isThere = read.kind === 'read' ? read.events.length > 0 : read.kind !== 'streamNotFound'
      if (isThere || waited >= seconds * 1_000 || c.req.raw.signal.aborted)
        return read.kind === 'read' ? c.json(streamFeed(read.events, read.endOfStream)) : refused(c, read.kind)
      await wait(ASK_EVERY)
    }
  })

  app.use('/streams/*', bodyLimit({ maxSize: LARGEST_BODY, onError: (c) => c.text('', 413) }))

  app.post('/streams/:stream', async (c) => {
    const stream = streamOf(c)
    const [revision, events] = [expectedOf(c), await eventsOf(c)]
    if (revision === undefined || !events) return c.text('', 400)
    return appended(
      c,
      stream,
      await store.append(
        stream,
        revision,
        events.map(({ eventId, eventType, data, metadata }) => ({ id: eventId, type: eventType, data, metadata })),
      ),
    )
  })

  app.post('/streams/:stream/metadata', async (c) => {
    const stream = streamOf(c)
    const [revision, events] = [expectedOf(c), await eventsOf(c)]
    const [event, ...more] = events ?? []
    if (revision === undefined || !event || more.length > 0) return c.text('', 400)
    return appended(c, metadataStream(stream), await store.writeMetadata(stream, revision, event.data))
  })

  app.delete('/streams/:stream', async (c) => {
    const stream = streamOf(c)
    const revision = expectedOf(c)
    if (revision === undefined) return c.text('', 400)
    const hard = c.req.header('es-harddelete')?.toLowerCase() === 'true'
    const { kind } = await (hard ? store.tombstone(stream, revision) : store.delete(stream, revision))
    return kind === 'deleted' ? c.body(null, 204) : refused(c, kind)
  })

  return app
}

/** As it was sent: a router that decodes addresses would decode some names twice. */
const streamOf = (c: Context): string => decodeURIComponent(new URL(c.req.url).pathname.split('/')[3] ?? '')

/** The revision an append or a deletion counts on; undefined when none is named, or none that is safe to count on. */
function expectedOf(c: Context): ExpectedRevision | undefined {
  const named = c.req.header('es-expectedversion')
  if (named === '-1') return 'noStream'
  return named !== undefined && Revision.safeParse(named).success ? Number(named) : undefined
}

async function eventsOf(c: Context) {
  return Events.safeParse(await c.req.json().catch(() => undefined)).data
}

function appended(c: Context, stream: string, result: AppendResult): Response {
  if (result.kind === 'appended')
    return c.text('', 201, { Location: `${GATEWAY_PATH}/streams/${encodeURIComponent(stream)}/${result.first}` })
  if (result.kind === 'wrongExpectedRevision' && result.current !== undefined)
    return c.text('', 400, { 'ES-CurrentVersion': result.current === 'noStream' ? '-1' : String(result.current) })
  return refused(c, result.kind)
}

const STATUS = {
  accessDenied: 401,
  streamNotFound: 404,
  streamDeleted: 410,
  tooLarge: 413,
  wrongExpectedRevision: 400,
  /** Without the address of who leads: the gateway's clients do not go there. */
  notLeader: 307,
  outcomeUnknown: 503,
} as const

type Refused = Exclude<AppendResult['kind'] | DeleteResult['kind'] | 'streamNotFound', 'appended' | 'deleted'>

/** As an empty plain text: by that a client tells a stream that is not there from an address that leads elsewhere. */
const refused = (c: Context, kind: Refused): Response => c.text('', STATUS[kind])
