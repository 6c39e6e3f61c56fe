import type { JSONValue } from 'hono/utils/types'
import { timestampOf } from '#domain/ports/clock.ts'
import type { OperationRow } from '#domain/writer/operations.ts'
import type { AppContext } from '../context.ts'
import { problemOf } from '../problem.ts'
import { openAnswer } from './sealed-request.ts'

/** An operation as its caller sees it. */
export function operationResource(c: AppContext, operationId: string, row: OperationRow) {
  const { status, createdAt, completedAt, answer } = row
  return {
    operationId,
    // Whether somebody is at it just now is of no use to the caller.
    status: status === 'running' ? ('pending' as const) : status,
    createdAt: timestampOf(createdAt),
    ...(completedAt !== undefined && { completedAt: timestampOf(completedAt) }),
    ...(answer !== undefined && { response: responseOf(c, operationId, answer) }),
    ...(completedAt !== undefined && answer === undefined && { response: givenUp(c, status) }),
  }
}

function responseOf(c: AppContext, operationId: string, sealed: string) {
  const { status, headers, body } = openAnswer(c.get('services').keyVault, operationId, sealed)
  return { status, headers, body: JSON.parse(body) as JSONValue } // as the API has answered
}

/** Nobody has answered it: the answer is made here, in the language of whoever asks. */
function givenUp(c: AppContext, status: OperationRow['status']) {
  const code = status === 'expired' ? 'operation.expired' : 'operation.abandoned'
  const problem = problemOf({ code }, c.get('language'), { requestId: c.get('requestId') })
  return { status: problem.status, headers: {}, body: problem.body as unknown as JSONValue } // a problem document is JSON
}
