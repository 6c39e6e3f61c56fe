import type { App } from '../context.ts'

type OpenApiDocument = ReturnType<App['getOpenAPIDocument']>
type PathItem = NonNullable<OpenApiDocument['paths'][string]>
type Operation = NonNullable<PathItem['get']>
type Parameter = NonNullable<Operation['parameters']>[number]
type Header = Readonly<Record<string, { description: string; schema: { type: 'string' | 'integer' } }>>

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

const requestHeader = (name: string, description: string): Parameter => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string' },
})

const ACCEPT_LANGUAGE = requestHeader('Accept-Language', 'Language of the texts for people: en, de, sq, fr or es.')
const CORRELATION_ID = requestHeader('X-Correlation-Id', 'The caller’s own id for this piece of work; kept in the log.')
const IDEMPOTENCY_KEY = requestHeader(
  'Idempotency-Key',
  'A write with the same key is done once; a repetition within 24 hours is answered as the first was.',
)
const IF_MATCH = requestHeader(
  'If-Match',
  'ETag of the state the change is meant for; 412 when it is no longer current.',
)
const PREFER = requestHeader('Prefer', '`respond-async`: answer 202 at once, and carry it out as soon as possible.')
const CONSISTENCY_TOKEN = requestHeader(
  'Consistency-Token',
  'From the answer to a write: what is read is at least as new as that write.',
)
const LOGIN_HEADERS = [
  requestHeader('X-Tenant', 'Id or slug of the tenant to sign in to, when neither host nor body name it.'),
  requestHeader('X-Device-Id', 'The device’s own name for itself.'),
  requestHeader('X-App-Version', 'Version of the signing-in application.'),
]

const answerHeader = (description: string, type: 'string' | 'integer' = 'string') => ({ description, schema: { type } })
const REQUEST_ID: Header = { 'X-Request-Id': answerHeader('Names this request in the logs.') }
const WRITE_ANSWER: Header = {
  'Consistency-Token': answerHeader('Send it with a read to see at least this write.'),
  ETag: answerHeader('Version of the thing, for If-Match.'),
}
const LOCATION: Header = { Location: answerHeader('Where the new thing is.') }
const RETRY_AFTER: Header = { 'Retry-After': answerHeader('Seconds until trying again makes sense.', 'integer') }
const DEFERRED: Header = {
  Location: answerHeader('Where to read what has become of the request.'),
  'Preference-Applied': answerHeader('`respond-async`.'),
  ...RETRY_AFTER,
}
const AUTHENTICATE: Header = { 'WWW-Authenticate': answerHeader('How to sign in.') }

const DESCRIPTION = {
  openapi: '3.0.0',
  info: {
    title: 'ACCI Framework API',
    version: 'v1',
    description: 'Enterprise-grade multi-tenant API',
    license: { name: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  tags: [
    { name: 'auth', description: 'Signing in and out, invitations, oneself' },
    { name: 'tenants', description: 'Tenants and their logs' },
    { name: 'users', description: 'Users of a tenant' },
    { name: 'operations', description: 'Requests that are answered later' },
  ],
}

/**
 * The document of the API: generated from the schemas that validate, completed with what holds for every operation alike
 * (headers of requests and answers), less the problems that an operation of its shape cannot answer with.
 */
export function openApiDocument(app: App): OpenApiDocument {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  })
  const document = app.getOpenAPIDocument(DESCRIPTION)
  for (const item of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = item?.[method]
      if (operation) completeOperation(operation, method)
    }
  }
  return document
}

function completeOperation(operation: Operation, method: (typeof METHODS)[number]): void {
  const given = operation.parameters ?? []
  const writes = method !== 'get'
  const changes = writes && given.some((parameter) => 'in' in parameter && parameter.in === 'path')
  operation.parameters = [
    ...given,
    ...(writes ? [IDEMPOTENCY_KEY] : [CONSISTENCY_TOKEN]),
    ...(changes ? [IF_MATCH] : []),
    ...('202' in operation.responses ? [PREFER] : []),
    ...(operation.operationId === 'login' ? LOGIN_HEADERS : []),
    ACCEPT_LANGUAGE,
    CORRELATION_ID,
  ]
  const impossible = new Set([
    ...(changes ? [] : ['412']),
    ...(operation.requestBody ? [] : ['413', '415']),
    ...(operation.requestBody || given.some((parameter) => 'in' in parameter && parameter.in === 'query')
      ? []
      : ['422']),
    ...(writes ? [] : ['409']),
    ...(operation.security || operation.operationId === 'login' ? [] : ['401', '403']),
  ])
  for (const [status, response] of Object.entries(operation.responses)) {
    if (impossible.has(status)) {
      Reflect.deleteProperty(operation.responses, status)
      continue
    }
    if (!('description' in response)) continue
    response.headers = {
      ...REQUEST_ID,
      ...(writes && (status === '200' || status === '201') && WRITE_ANSWER),
      ...(status === '201' && LOCATION),
      ...(status === '202' && DEFERRED),
      ...(status === '401' && AUTHENTICATE),
      ...((status === '429' || status === '503') && RETRY_AFTER),
    }
  }
}
