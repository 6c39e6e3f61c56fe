import { randomUUID } from 'node:crypto'
import {
  Metadata,
  Server,
  ServerCredentials,
  status,
  type handleUnaryCall,
  type ServerDuplexStream,
  type ServerErrorResponse,
  type ServerWritableStream,
} from '@grpc/grpc-js'
import type Shared from '@eventstore/db-client/generated/shared_pb.js'
import type Projections from '@eventstore/db-client/generated/projections_pb.js'
import type Streams from '@eventstore/db-client/generated/streams_pb.js'
import type { SimulatedServer } from './atompub-server.ts'
import { checkAccess, loginOf, type Operation } from './access.ts'
import type { ServerCertificate } from './certificates.ts'
import type { Faults } from './faults.ts'
import {
  ANY,
  NO_STREAM,
  revisionText,
  STREAM_EXISTS,
  type ProposedRecord,
  type SimulatedStore,
  type StoredRecord,
} from './simulated-store.ts'
import {
  anyMessages,
  codeMessages,
  emptyMessages,
  projectionsMessages,
  projectionsServices,
  serverFeaturesMessages,
  serverFeaturesServices,
  sharedMessages,
  statusMessages,
  streamsMessages,
  streamsServices,
} from './vendor-messages.ts'

const { StreamsService } = streamsServices
const { ServerFeaturesService } = serverFeaturesServices
const { ProjectionsService } = projectionsServices
const { Empty } = emptyMessages

type ReadResp = Streams.ReadResp
type ReadCall = ServerWritableStream<Streams.ReadReq, ReadResp>
type BatchCall = ServerDuplexStream<Streams.BatchAppendReq, Streams.BatchAppendResp>

const MAX_APPEND = 1024 * 1024
const PAGE = 128
const TICKS_PER_MILLISECOND = 10_000n

/** A failure as the server tells it: a status, and a trailer that the client makes its own class of. */
class GrpcFailure extends Error implements Partial<ServerErrorResponse> {
  readonly code: status
  readonly details: string
  readonly metadata = new Metadata()

  constructor(code: status, details: string, trailers: Readonly<Record<string, string>> = {}) {
    super(details)
    this.code = code
    this.details = details
    for (const [name, value] of Object.entries(trailers)) this.metadata.set(name, value)
  }
}

const denied = () => new GrpcFailure(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' })
const deleted = (stream: string) =>
  new GrpcFailure(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': encodeURIComponent(stream),
  })
const notLeader = () =>
  new GrpcFailure(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': 'leader.invalid',
    'leader-endpoint-port': '2113',
  })
const unavailable = () => new GrpcFailure(status.UNAVAILABLE, 'Server Is Not Ready')

const unauthenticated = () => new GrpcFailure(status.UNAUTHENTICATED, 'Unauthenticated')

/**
 * The gRPC side of the simulated EventStoreDB: what the vendor's client calls, told in the vendor's own messages. With a
 * certificate, over TLS alone; each call is then its user's, who may do what the lists of access say.
 */
export async function startGrpc(
  store: SimulatedStore,
  faults?: Faults,
  at = 0,
  tls?: ServerCertificate,
): Promise<SimulatedServer & { readonly port: number }> {
  const server = new Server({ 'grpc.max_receive_message_length': 16 * 1024 * 1024 })
  /** Who calls. Without TLS the client sends no credentials, and a server without it asks for none: everybody is the admin. */
  const caller = ({ metadata }: { readonly metadata: Metadata }): string | undefined => {
    if (!tls) return 'admin'
    const user = loginOf(metadata.get('authorization')[0]?.toString())
    if (user === 'wrong') throw unauthenticated()
    return user
  }
  const checkedFor =
    (user: string | undefined): Checked =>
    (stream, operation) => {
      if (!checkAccess(store, user, stream, operation)) throw denied()
    }
  const byAdmin = (user: string | undefined) => {
    if (user !== 'admin') throw denied()
  }

  const unary =
    <Request, Response>(
      work: (request: Request, checked: Checked, user: string | undefined) => Response,
    ): handleUnaryCall<Request, Response> =>
    (call, callback) => {
      try {
        const user = caller(call)
        callback(null, work(call.request, checkedFor(user), user))
      } catch (failure) {
        callback(failure as GrpcFailure) // thrown above
      }
    }

  server.addService(ServerFeaturesService, { getSupportedMethods: unary(supportedMethods) })
  server.addService(StreamsService, {
    read: (call: ReadCall) => {
      Promise.resolve()
        .then(() => read(store, call, checkedFor(caller(call)), faults))
        .then(
          () => call.end(),
          (failure: unknown) => call.emit('error', failure),
        )
    },
    batchAppend: (call: BatchCall) => {
      try {
        batchAppend(store, call, checkedFor(caller(call)), faults)
      } catch (failure) {
        call.emit('error', failure)
      }
    },
    delete: unary((request: Streams.DeleteReq, checked) => {
      const { stream, expected } = removalOf(request.getOptions())
      checked(stream, '$d')
      const position = new streamsMessages.DeleteResp.Position()
      setPosition(position, remove(store, stream, expected, false))
      const response = new streamsMessages.DeleteResp()
      response.setPosition(position)
      return response
    }),
    tombstone: unary((request: Streams.TombstoneReq, checked) => {
      const { stream, expected } = removalOf(request.getOptions())
      checked(stream, '$d')
      const position = new streamsMessages.TombstoneResp.Position()
      setPosition(position, remove(store, stream, expected, true))
      const response = new streamsMessages.TombstoneResp()
      response.setPosition(position)
      return response
    }),
    // The client appends in batches, since the server says that it can.
    append: (_call: unknown, callback: (failure: GrpcFailure) => void) =>
      callback(new GrpcFailure(status.UNIMPLEMENTED, 'appends come in batches')),
  })
  const { projections } = store
  server.addService(ProjectionsService, {
    create: unary((request: Projections.CreateReq, _checked, user) => {
      byAdmin(user)
      const options = request.getOptions()
      const continuous = options?.getContinuous()
      const name = continuous?.getName() ?? ''
      if (projections.get(name)) throw new GrpcFailure(status.ALREADY_EXISTS, `Duplicate projection names : ${name}`)
      projections.create(name, options?.getQuery() ?? '', continuous?.getEmitEnabled() ?? false)
      return new projectionsMessages.CreateResp()
    }),
    update: unary((request: Projections.UpdateReq, _checked, user) => {
      byAdmin(user)
      const options = request.getOptions()
      const name = options?.getName() ?? ''
      if (!projections.get(name)) throw new GrpcFailure(status.NOT_FOUND, 'NotFound')
      projections.update(name, options?.getQuery() ?? '', options?.getEmitEnabled() ?? false)
      return new projectionsMessages.UpdateResp()
    }),
    enable: unary((request: Projections.EnableReq, _checked, user) => {
      byAdmin(user)
      if (!projections.enable(request.getOptions()?.getName() ?? ''))
        throw new GrpcFailure(status.NOT_FOUND, 'NotFound')
      return new projectionsMessages.EnableResp()
    }),
    statistics: (call: ServerWritableStream<Projections.StatisticsReq, Projections.StatisticsResp>) => {
      try {
        byAdmin(caller(call))
      } catch (failure) {
        call.emit('error', failure)
        return
      }
      for (const name of projections.names) {
        const details = new projectionsMessages.StatisticsResp.Details()
        details.setName(name)
        details.setStatus(projections.get(name)?.enabled === true ? 'Running' : 'Stopped')
        const response = new projectionsMessages.StatisticsResp()
        response.setDetails(details)
        call.write(response)
      }
      call.end()
    },
  })
  const port = await new Promise<number>((resolve, reject) => {
    const secured = tls
      ? ServerCredentials.createSsl(null, [{ private_key: tls.key, cert_chain: tls.cert }])
      : ServerCredentials.createInsecure()
    server.bindAsync(`127.0.0.1:${at}`, secured, (fault, bound) => (fault ? reject(fault) : resolve(bound)))
  })
  return {
    port,
    url: `esdb://localhost:${port}?tls=${tls !== undefined}`,
    close: async () => server.forceShutdown(),
  }
}

function supportedMethods() {
  const methods = new serverFeaturesMessages.SupportedMethods()
  methods.setEventStoreServerVersion('23.10.6')
  for (const [service, name, features] of [
    ['event_store.client.streams.streams', 'read', ['position', 'events']],
    ['event_store.client.streams.streams', 'batchappend', ['deadline_duration']],
    ['event_store.client.streams.streams', 'delete', []],
    ['event_store.client.streams.streams', 'tombstone', []],
  ] as const) {
    const method = new serverFeaturesMessages.SupportedMethod()
    method.setServiceName(service)
    method.setMethodName(name)
    method.setFeaturesList([...features])
    methods.addMethods(method)
  }
  return methods
}

type Checked = (stream: string, operation: Operation) => void

const nameOf = (identifier: Shared.StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString()

function identifierOf(stream: string): Shared.StreamIdentifier {
  const identifier = new sharedMessages.StreamIdentifier()
  identifier.setStreamName(Uint8Array.from(Buffer.from(stream)))
  return identifier
}

function uuidText(uuid: Shared.UUID | undefined): string {
  const structured = uuid?.getStructured()
  if (!structured) return (uuid?.getString() ?? '').toLowerCase()
  const bytes = Buffer.alloc(16)
  bytes.writeBigInt64BE(BigInt(structured.getMostSignificantBits()), 0)
  bytes.writeBigInt64BE(BigInt(structured.getLeastSignificantBits()), 8)
  return bytes.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
}

function uuidOf(text: string): Shared.UUID {
  const uuid = new sharedMessages.UUID()
  uuid.setString(text)
  return uuid
}

interface WithPosition {
  setCommitPosition(value: string): unknown
  setPreparePosition(value: string): unknown
}

function setPosition(message: WithPosition, position: number): void {
  message.setCommitPosition(String(position))
  message.setPreparePosition(String(position))
}

/** The expected version of whatever message carries one. */
function expectedOf(
  options: { hasNoStream(): boolean; hasAny(): boolean; hasStreamExists(): boolean },
  revision: () => string,
): number {
  if (options.hasNoStream()) return NO_STREAM
  if (options.hasAny()) return ANY
  return options.hasStreamExists() ? STREAM_EXISTS : Number(revision())
}

function removalOf(options: Streams.DeleteReq.Options | Streams.TombstoneReq.Options | undefined) {
  if (!options) throw new GrpcFailure(status.INVALID_ARGUMENT, 'options are missing')
  return {
    stream: nameOf(options.getStreamIdentifier()),
    expected: expectedOf(options, () => options.getRevision()),
  }
}

function remove(store: SimulatedStore, stream: string, expected: number, forever: boolean): number {
  const outcome = store.remove(stream, expected, forever)
  if (outcome.result === 'ok') return outcome.position
  if (outcome.result === 'deleted') throw deleted(stream)
  throw new GrpcFailure(status.FAILED_PRECONDITION, 'Delete failed due to WrongExpectedVersion.', {
    exception: 'wrong-expected-version',
    'stream-name': encodeURIComponent(stream),
    'expected-version': String(expected),
    'actual-version': String(outcome.current),
  })
}

const proposedOf = (message: Streams.BatchAppendReq.ProposedMessage): ProposedRecord => {
  const metadata = message.getMetadataMap()
  return {
    id: uuidText(message.getId()),
    type: metadata.get('type') ?? '',
    json: metadata.get('content-type') === 'application/json',
    data: Buffer.from(message.getData_asU8()),
    metadata: Buffer.from(message.getCustomMetadata_asU8()),
  }
}

interface Batch {
  readonly stream: string
  readonly expected: number
  readonly events: ProposedRecord[]
}

/** Batches of one connection: each is told its own outcome, in the stream, unless the connection itself breaks. */
function batchAppend(store: SimulatedStore, call: BatchCall, checked: Checked, faults: Faults | undefined): void {
  const pending = new Map<string, Batch>()
  const answer = (correlation: string, stream: string, fill: (response: Streams.BatchAppendResp) => void) => {
    const response = new streamsMessages.BatchAppendResp()
    response.setCorrelationId(uuidOf(correlation))
    response.setStreamIdentifier(identifierOf(stream))
    fill(response)
    call.write(response)
  }
  const fail = (correlation: string, stream: string, type: string, detail: { serializeBinary(): Uint8Array }) =>
    answer(correlation, stream, (response) => {
      const packed = new anyMessages.Any()
      packed.pack(detail.serializeBinary(), `event_store.client.${type}`)
      const told = new statusMessages.Status()
      told.setCode(codeMessages.Code.UNKNOWN)
      told.setMessage(type)
      told.setDetails(packed)
      response.setError(told)
    })

  const finish = async (correlation: string, { stream, expected, events }: Batch) => {
    const fault = await faults?.next('append')
    if (fault === 'unavailable') return void call.emit('error', unavailable())
    if (fault === 'notLeader') return void call.emit('error', notLeader())
    if (fault === 'lostRequest') return void call.emit('error', new GrpcFailure(status.CANCELLED, 'connection lost'))
    if (events.reduce((sum, { data }) => sum + data.length, 0) > MAX_APPEND) {
      const detail = new sharedMessages.MaximumAppendSizeExceeded()
      detail.setMaxappendsize(MAX_APPEND)
      return fail(correlation, stream, 'MaximumAppendSizeExceeded', detail)
    }
    const outcome = store.append(stream, events, expected)
    if (fault === 'lostReply') return void call.emit('error', new GrpcFailure(status.CANCELLED, 'connection lost'))
    if (fault === 'twice') store.append(stream, events, expected)
    if (outcome.result === 'deleted') {
      const detail = new sharedMessages.StreamDeleted()
      detail.setStreamIdentifier(identifierOf(stream))
      return fail(correlation, stream, 'StreamDeleted', detail)
    }
    if (outcome.result === 'wrong') {
      const detail = new sharedMessages.WrongExpectedVersion()
      if (outcome.current < 0) detail.setCurrentNoStream(new Empty())
      else detail.setCurrentStreamRevision(String(outcome.current))
      if (expected === ANY) detail.setExpectedAny(new Empty())
      else if (expected === NO_STREAM) detail.setExpectedNoStream(new Empty())
      else if (expected === STREAM_EXISTS) detail.setExpectedStreamExists(new Empty())
      else detail.setExpectedStreamPosition(String(expected))
      return fail(correlation, stream, 'WrongExpectedVersion', detail)
    }
    answer(correlation, stream, (response) => {
      const success = new streamsMessages.BatchAppendResp.Success()
      success.setCurrentRevision(String(outcome.last))
      const position = new sharedMessages.AllStreamPosition()
      setPosition(position, outcome.position)
      success.setPosition(position)
      response.setSuccess(success)
    })
  }

  call.on('data', (message: Streams.BatchAppendReq) => {
    const correlation = uuidText(message.getCorrelationId())
    const options = message.getOptions()
    if (options) {
      const stream = nameOf(options.getStreamIdentifier())
      try {
        checked(stream, stream.startsWith('$$') ? '$mw' : '$w')
      } catch {
        return fail(correlation, stream, 'AccessDenied', new sharedMessages.AccessDenied())
      }
      pending.set(correlation, { stream, expected: expectedOf(options, () => options.getStreamPosition()), events: [] })
    }
    const batch = pending.get(correlation)
    if (!batch) return
    batch.events.push(...message.getProposedMessagesList().map((proposed) => proposedOf(proposed)))
    if (!message.getIsFinal()) return
    pending.delete(correlation)
    void finish(correlation, batch)
  })
  call.on('end', () => call.end())
}

function recordedOf(record: StoredRecord): Streams.ReadResp.ReadEvent.RecordedEvent {
  const event = new streamsMessages.ReadResp.ReadEvent.RecordedEvent()
  event.setId(uuidOf(record.id))
  event.setStreamIdentifier(identifierOf(record.stream))
  event.setStreamRevision(revisionText(record.revision))
  setPosition(event, record.position)
  const metadata = event.getMetadataMap()
  metadata.set('type', record.type)
  metadata.set('created', String(BigInt(record.created) * TICKS_PER_MILLISECOND))
  metadata.set('content-type', record.json ? 'application/json' : 'application/octet-stream')
  event.setData(Uint8Array.from(record.data))
  event.setCustomMetadata(Uint8Array.from(record.metadata))
  return event
}

/** Writes with regard to what the reader can take. */
class Answers {
  readonly #call: ReadCall
  open = true
  #ended: (() => void) | undefined

  constructor(call: ReadCall) {
    this.#call = call
    const stop = () => {
      this.open = false
      this.#ended?.()
    }
    call.on('cancelled', stop)
    call.on('close', stop)
  }

  async send(fill: (response: ReadResp) => void): Promise<void> {
    const response = new streamsMessages.ReadResp()
    fill(response)
    if (this.open && !this.#call.write(response)) {
      await new Promise<void>((resolve) => {
        this.#ended = resolve
        this.#call.once('drain', resolve)
      })
    }
  }

  event(record: StoredRecord): Promise<void> {
    return this.send((response) => {
      const event = new streamsMessages.ReadResp.ReadEvent()
      event.setEvent(recordedOf(record))
      event.setCommitPosition(String(record.position))
      response.setEvent(event)
    })
  }

  /** Resolves when something has been committed, or the reader has gone. */
  nextCommit(store: SimulatedStore, isThere: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        store.off('commit', done)
        resolve()
      }
      this.#ended = done
      store.on('commit', done)
      if (isThere() || !this.open) done()
    })
  }
}

async function read(
  store: SimulatedStore,
  call: ReadCall,
  checked: Checked,
  faults: Faults | undefined,
): Promise<void> {
  const options = call.request.getOptions()
  if (!options) throw new GrpcFailure(status.INVALID_ARGUMENT, 'options are missing')
  const all = options.getAll()
  const one = options.getStream()
  const stream = all ? '$all' : nameOf(one?.getStreamIdentifier())
  checked(stream, '$r')
  const fault = await faults?.next('read')
  if (fault === 'unavailable' || fault === 'lostRequest' || fault === 'lostReply') throw unavailable()
  if (fault === 'notLeader') throw notLeader()
  const answers = new Answers(call)
  const backwards = options.getReadDirection() === streamsMessages.ReadReq.Options.ReadDirection.BACKWARDS
  if (options.hasSubscription()) {
    if (!one) throw new GrpcFailure(status.UNIMPLEMENTED, 'nobody subscribes to all streams here')
    await answers.send((response) => {
      const confirmation = new streamsMessages.ReadResp.SubscriptionConfirmation()
      confirmation.setSubscriptionId(randomUUID())
      response.setConfirmation(confirmation)
    })
    const after = one.hasStart() ? -1 : one.hasEnd() ? store.last(stream) : Number(one.getRevision())
    return follow(store, stream, after + 1, answers)
  }
  const limit = Number(options.getCount())
  if (all) {
    const from = all.hasStart() ? 0 : all.hasEnd() ? 'end' : Number(all.getPosition()?.getCommitPosition() ?? 0)
    for (const record of store.readAll(from, limit, backwards)) await answers.event(record)
    return
  }
  const from = one?.hasStart() ? 0 : one?.hasEnd() ? 'end' : Number(one?.getRevision() ?? 0)
  const found = store.read(stream, from, limit, backwards)
  if (found.result === 'deleted') throw deleted(stream)
  if (found.result === 'noStream') {
    return answers.send((response) => {
      const missing = new streamsMessages.ReadResp.StreamNotFound()
      missing.setStreamIdentifier(identifierOf(stream))
      response.setStreamNotFound(missing)
    })
  }
  for (const record of found.records) await answers.event(record)
}

/** What is there, and then everything that comes, until the reader goes. */
async function follow(store: SimulatedStore, stream: string, from: number, answers: Answers): Promise<void> {
  let next = from
  while (answers.open) {
    const found = store.read(stream, next, PAGE)
    if (found.result === 'deleted') throw deleted(stream)
    for (const record of found.records) {
      await answers.event(record)
      next = record.revision + 1
    }
    if (found.records.length === 0) await answers.nextCommit(store, () => store.last(stream) >= next)
  }
}
