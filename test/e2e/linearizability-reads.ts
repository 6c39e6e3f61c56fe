import { listShown, oneShown, type ReadRequest, type TenantAnswer } from '../support/tenant-model.ts'
import { object, succeeded, text, type Answer, type Client, type SignedInTenant } from './client.ts'

/** More users than any tenant here has. */
const ALL = 100

/** Asks for what is to be read, with the token of the position that the client has seen, if it is to be no older. */
export function sendRead(client: Client, { tenantId, token }: SignedInTenant, request: ReadRequest): Promise<Answer> {
  const tenant = `/api/v1/tenants/${tenantId}`
  const path = {
    readTenant: tenant,
    readUsers: `${tenant}/users?pageSize=${ALL}`,
    readUser: `${tenant}/users/${request.kind === 'readUser' ? request.userId : ''}`,
  }[request.kind]
  const headers = request.from > 0 ? { 'Consistency-Token': `${tenantId}@${request.from}` } : {}
  return client.call('GET', path, { token, headers })
}

/** What an answer shows, as the model tells it. The admin has been there all the time, and is left out. */
export function readAnswer(request: ReadRequest, answer: Answer, { adminId }: SignedInTenant): TenantAnswer {
  if (request.kind === 'readUser' && answer.status === 404) return { seen: oneShown() }
  const { body } = succeeded(answer)
  if (request.kind !== 'readUsers') {
    const name = body[request.kind === 'readUser' ? 'displayName' : 'name']
    return { seen: oneShown({ version: versionOf(answer), ...(name !== undefined && { name: text(name) }) }) }
  }
  const items = (body['items'] as readonly unknown[]).map((item) => object(item)) // looked at below
  const listed = items.map(({ userId, email, displayName }) => ({
    userId: text(userId),
    email: text(email),
    ...(displayName !== undefined && { name: text(displayName) }),
  }))
  const others = listed.filter(({ userId }) => userId !== adminId)
  return { seen: listShown(others, Number(body['total']) - 1) }
}

export const versionOf = (answer: Answer): number => Number(text(answer.headers.get('etag')).replaceAll(/\D/g, ''))
