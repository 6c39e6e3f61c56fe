import { createMiddleware } from 'hono/factory'
import { fromUtf8 } from '#common/bytes.ts'
import { encodeUuid, ID_PREFIXES } from '#common/ids.ts'
import { canonicalJson } from '#common/json.ts'
import { newId } from '#domain/new-id.ts'
import type { TenantWriter } from '#domain/ports/tenant-writer.ts'
import type { AppContext, AppEnv } from '../context.ts'
import type { Services } from '../services.ts'
import { operationResource } from './operation-resource.ts'
import { seal, type KeptRequest } from './sealed-request.ts'

/** Larger requests are answered at once: the preference is one, and a queue is no place for them. */
const MAX_BODY_BYTES = 100_000
/** What is written by signed-in callers alone; signing in and accepting an invitation are answered at once. */
const DEFERRABLE = '/api/v1/tenants'
const PREFERENCE = /(?:^|,)\s*respond-async\s*(?:[;,]|$)/i
/** What of a request matters when it is run later. */
const KEPT_HEADERS = ['content-type', 'if-match', 'x-correlation-id'] as const

/** Thrown in place of a command's execution: everything before it has been checked, and the caller wants to be answered now. */
export class DeferredCommand extends Error {
  override readonly name = 'DeferredCommand'
  readonly services: Services

  constructor(services: Services) {
    super('to be run later')
    this.services = services
  }
}

/**
 * `Prefer: respond-async` (RFC 7240) on a write of the API: it is validated and authorized at once, carried out later, and
 * answered with where its outcome will be found.
 */
export const respondAsync = createMiddleware<AppEnv>(async (c, next) => {
  const services = c.get('services')
  const wanted = PREFERENCE.test(c.req.header('prefer') ?? '') && !c.get('onBehalf')
  if (wanted && isWrite(c.req) && fromUtf8(await c.req.text()).length <= MAX_BODY_BYTES) {
    c.set('services', { ...services, writer: deferring(services) })
    // What is made up for the caller without a key must be the same when the request is run.
    if (c.get('idempotencyKey') === undefined) c.set('idempotencyKey', newId.operation())
  }
  await next()
})

const isWrite = ({ method, path }: AppContext['req']) =>
  path.startsWith(DEFERRABLE) && (method === 'POST' || method === 'PATCH' || method === 'DELETE')

/** The writer with all it can do but execute commands. */
const deferring = (services: Services): TenantWriter =>
  Object.create(services.writer, {
    execute: { value: () => Promise.reject(new DeferredCommand(services)) },
  }) as TenantWriter // one, but for the method above

/** Keeps the request of a deferred command and answers 202. */
export async function acceptOperation(c: AppContext, { services }: DeferredCommand): Promise<Response> {
  const { writer, keyVault, cryptography, commands, logger } = services
  const { principal, idempotencyKey, clientAddress, language } = c.var
  if (!principal || idempotencyKey === undefined) throw new Error('a command was deferred without a caller')
  const { pathname, search } = new URL(c.req.url)
  const path = `${pathname}${search}`
  const body = await c.req.text()
  const headers = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = c.req.header(name)
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const { tenantId, userId, sessionId } = principal
  // The same request sent again is the same operation; another one under the same key is one of its own, and refused.
  const origin = canonicalJson([userId, c.req.method, path, headers['if-match'] ?? '', idempotencyKey, body])
  const operationId = `${ID_PREFIXES.operation}_${encodeUuid(cryptography.sha256(`operation/${origin}`))}`
  const request: KeptRequest = {
    method: c.req.method,
    path,
    headers: { ...headers, 'idempotency-key': idempotencyKey, 'accept-language': language },
    body,
    principal: { tenantId, userId, sessionId },
    clientAddress,
  }
  const row = await writer.submitOperation(tenantId, operationId, {
    userId,
    request: seal(keyVault, operationId, request),
  })
  await commands.enqueue({ tenantId, operationId }).catch((fault: unknown) => {
    logger.warn('an operation could not be queued; its tenant’s writer will do it', { tenantId, fault: String(fault) })
  })
  c.header('Location', `/api/v1/operations/${operationId}`)
  c.header('Preference-Applied', 'respond-async')
  c.header('Retry-After', '1')
  return c.json(operationResource(c, operationId, row), 202)
}
