import type { Principal } from '#domain/ports/tenant-writer.ts'

/** For whom a request is made that comes from a queue and not from a client. */
export interface OnBehalf {
  readonly principal: Pick<Principal, 'tenantId' | 'userId' | 'sessionId'>
  readonly clientAddress: string
}

const requests = new WeakMap<Request, OnBehalf>()

/** Marks a request as the product's own. A client cannot: it is the object that is marked, and nothing in it. */
export function onBehalf(request: Request, asked: OnBehalf): Request {
  requests.set(request, asked)
  return request
}

/** For whom the product itself makes this request; undefined for a client's. */
export const onBehalfOf = (request: Request): OnBehalf | undefined => requests.get(request)
