import { expect } from 'vitest'
import { ERRORS } from '#common/errors.ts'
import { LANGUAGES } from '#api/i18n/languages.ts'
import { Client, type Answer, type CallOptions } from './client.ts'

/** Documents about the product itself, which anybody may keep for a while. */
const PUBLIC_DOCUMENTS = ['/openapi.json', '/.well-known/jwks.json']

/** What an answer shows when the inside of the product has got into it. */
const INSIDE = [
  /\bat \S+ \(.*:\d+:\d+\)/, // a line of a stack
  /\.(?:ts|js|mjs):\d+/,
  /node_modules|\bstack\b/i,
  /\b(?:TypeError|RangeError|SyntaxError|ZodError)\b/,
  /\b(?:select|insert into|update) .+ (?:from|values|set)\b.*\$\d/i,
  /\$argon2|privateJwk|passwordHash|wrappedPrivate/,
]

/** A client that holds every answer to what any answer of the product must be, whatever was asked. */
export class StrictClient extends Client {
  override async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const answer = await super.call(method, path, options)
    const faults = [...headerFaults(method, path, answer), ...leakFaults(answer, options)]
    if (answer.status >= 400) faults.push(...problemFaults(method, answer))
    expect(faults, `${method} ${path} → ${answer.status} ${JSON.stringify(answer.body).slice(0, 500)}`).toEqual([])
    return answer
  }
}

function headerFaults(method: string, path: string, { status, headers }: Answer): string[] {
  const isDocument = PUBLIC_DOCUMENTS.includes(path) && status === 200 && method !== 'OPTIONS'
  const caching = isDocument ? 'public, max-age=300' : 'no-store'
  return [
    ...differs('X-Content-Type-Options', headers.get('x-content-type-options'), 'nosniff'),
    ...differs('Cache-Control', headers.get('cache-control'), caching),
    ...((headers.get('x-request-id') ?? '').startsWith('req_') ? [] : ['X-Request-Id is missing']),
  ]
}

/** Neither what the caller sent in confidence nor anything of the inside comes back. */
function leakFaults({ body, status }: Answer, { token, body: sent }: CallOptions): string[] {
  const answered = JSON.stringify(body)
  const password = typeof sent === 'object' && sent !== null && 'password' in sent ? sent.password : undefined
  const confided = [token, password].filter((one) => typeof one === 'string' && one.length > 7)
  return [
    ...confided.flatMap((one) => (answered.includes(String(one)) ? ['a secret of the caller comes back'] : [])),
    ...(status < 400 ? [] : INSIDE.flatMap((sign) => (sign.test(answered) ? [`shows ${sign.source}`] : []))),
  ]
}

function problemFaults(method: string, { status, headers, body }: Answer): string[] {
  const language = headers.get('content-language')
  const always = [
    ...differs('Content-Type', headers.get('content-type'), 'application/problem+json'),
    ...(LANGUAGES.some((one) => one === language) ? [] : [`Content-Language is ${language}`]),
    ...(status >= 500 ? ['a fault of ours'] : []),
    ...(status === 401 ? differs('WWW-Authenticate', headers.get('www-authenticate'), 'Bearer') : []),
  ]
  if (method === 'HEAD') return always
  const { code } = body
  const known = Object.entries(ERRORS).find(([name]) => name === code)
  const texts = [body['title'], body['detail']]
  return [
    ...always,
    ...(known ? differs('status of the code', known[1].status, status) : [`unknown code ${String(code)}`]),
    ...differs('status', body['status'], status),
    ...differs('requestId', body['requestId'], headers.get('x-request-id')),
    ...differs('type', body['type'], `urn:acci:problem:${String(code)}`),
    ...(texts.every((one) => typeof one === 'string' && one.trim() !== '') ? [] : ['no text for people']),
  ]
}

const differs = (what: string, actual: unknown, expected: unknown): string[] =>
  actual === expected ? [] : [`${what} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`]
