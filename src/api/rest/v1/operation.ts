import { OperationResponse, Problem } from './schemas.ts'

const problem = (description: string) => ({ description, content: { 'application/problem+json': { schema: Problem } } })

/** The problem answers any operation may give. */
export const problems = {
  400: problem('The request cannot be read'),
  401: problem('Not signed in'),
  403: problem('Not allowed'),
  404: problem('No such thing, or none of yours'),
  409: problem('In conflict with the state of the tenant'),
  412: problem('Changed since the version named by If-Match'),
  413: problem('The body is larger than 1 MiB'),
  415: problem('The body is not JSON'),
  422: problem('Understood, but not valid'),
  429: problem('Too many attempts; see Retry-After'),
  500: problem('A fault of ours'),
  503: problem('Not available now; see Retry-After'),
} as const

/** What an operation for signed-in callers declares. */
export const bearer = [{ bearer: [] as string[] }]

export const jsonBody = <Schema>(schema: Schema) => ({ required: true, content: { 'application/json': { schema } } })

export const mergePatchBody = <Schema>(schema: Schema) => ({
  required: true,
  content: { 'application/merge-patch+json': { schema }, 'application/json': { schema } },
})

export const jsonAnswer = <Schema>(description: string, schema: Schema) => ({
  description,
  content: { 'application/json': { schema } },
})

/** What every write of a tenant's may answer to `Prefer: respond-async` (RFC 7240). */
export const accepted = {
  202: jsonAnswer('Will be carried out: the operation at Location tells what has become of it', OperationResponse),
} as const
