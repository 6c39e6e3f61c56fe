import type { QueuedOperation } from '#domain/ports/command-queue.ts'
import type { Services } from '../services.ts'
import { onBehalf } from './on-behalf.ts'
import { openRequest, seal, type KeptAnswer } from './sealed-request.ts'

/** Sends a request through the API, as `fetch` of the application does. */
export type Dispatch = (request: Request) => Response | Promise<Response>

/** What of an answer a client can still use when it comes later. */
const KEPT_HEADERS = ['consistency-token', 'etag', 'location', 'content-language'] as const

/** An operation came to no answer, and is to be tried again. */
export class OperationUnanswered extends Error {
  override readonly name = 'OperationUnanswered'
}

/**
 * Runs an operation, unless it has ended or somebody else is at it: sends the request that was kept through the API, for the
 * session that asked, if that still stands. Done twice it has one effect, by its idempotency key.
 * @throws OperationUnanswered when the API could not answer now; the operation is then free to be run again.
 */
export async function runOperation(
  { writer, keyVault, publicUrl }: Pick<Services, 'writer' | 'keyVault' | 'publicUrl'>,
  dispatch: Dispatch,
  { tenantId, operationId }: QueuedOperation,
): Promise<void> {
  const row = await writer.claimOperation(tenantId, operationId)
  if (row?.request === undefined) return
  const { method, path, headers, body, principal, clientAddress } = openRequest(keyVault, operationId, row.request)
  const request = new Request(`${publicUrl}${path}`, { method, headers, ...(body !== '' && { body }) })
  const response = await dispatch(onBehalf(request, { principal, clientAddress }))
  const text = await response.text()
  if (response.status >= 500 || response.status === 429) {
    await writer.releaseOperation(tenantId, operationId)
    throw new OperationUnanswered(`the API answered ${response.status}`)
  }
  const answer: KeptAnswer = {
    status: response.status,
    headers: Object.fromEntries(
      KEPT_HEADERS.flatMap((name) => {
        const value = response.headers.get(name)
        return value === null ? [] : [[name, value]]
      }),
    ),
    body: text === '' ? 'null' : text,
  }
  const status = response.ok ? 'succeeded' : 'failed'
  await writer.settleOperation(tenantId, operationId, { status, answer: seal(keyVault, operationId, answer) })
}
