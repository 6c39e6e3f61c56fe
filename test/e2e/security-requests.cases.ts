import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { beforeAll, describe, expect, it } from 'vitest'
import { PLATFORM_TENANT_ID } from '#common/ids.ts'
import { LANGUAGES } from '#api/i18n/languages.ts'
import type { Answer } from './client.ts'
import { StrictClient } from './security-answers.ts'
import { NO_OPERATION, PUBLIC, ROWS, type Attempt, type Cast } from './security-expectations.ts'
import { attempt, operationsOf, pathOf, type Operation } from './security-operations.ts'
import { Scene } from './security-scene.ts'
import type { Subject } from './security-subject.ts'

const MEGABYTE = 1_048_576
const JSON_TYPE = { 'Content-Type': 'application/json' }

/** Routes that stand outside the OpenAPI document, and there are no others. `/metrics` has a token of its own (`metrics.node.test.ts`). */
export const SYSTEM_ROUTES = [
  '/health',
  '/health/live',
  '/health/ready',
  '/openapi.json',
  '/.well-known/jwks.json',
  '/dev/mailbox',
  '/metrics',
]

/** What operators' tools ask, with a token of their own, where there is one: tried in `edge-operators.node.test.ts`. */
export const OPERATOR_ROUTES = /^[A-Z]+ \/operator\//

/** Pages for people, and their files: tried in a browser (`invitation-page.node.test.ts`). They too are open to everybody. */
export const PAGES = ['GET /invitations/:token', 'POST /invitations/:token', 'GET /assets/:name']

const nested = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`
/** The JSON of a body with one more member, as raw text: what no object literal could say. */
const withMember = (body: Attempt['body'], member: string) => {
  const json = JSON.stringify(body)
  return `${json.slice(0, -1)}${json === '{}' ? '' : ','}${member}}`
}

interface Broken {
  readonly name: string
  readonly status: number
  readonly code: string
  /** Where the fault is, if it is one of a field. */
  readonly pointer?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: (valid: Attempt['body']) => string
}

const inside = (name: string, member: string, pointer: string): Broken => ({
  name,
  status: 422,
  code: 'validation.failed',
  pointer,
  body: (valid) => withMember(valid, member),
})
const unreadable = (name: string, body: Broken['body']): Broken => ({
  name,
  status: 400,
  code: 'request.unreadable',
  body,
})
const ofType = (type: string): Broken => ({
  name: `a body declared as ${type}`,
  status: 415,
  code: 'request.unsupported_media_type',
  headers: { 'Content-Type': type },
  body: (valid) => JSON.stringify(valid),
})
const inPlaceOfObject = (json: string): Broken => ({
  name: `${json} for a body`,
  status: 422,
  code: 'validation.failed',
  pointer: '',
  body: () => json,
})

const BROKEN: readonly Broken[] = [
  inside('an unknown property', '"surprise":1', '/surprise'),
  inside('a property whose name a pointer must escape', '"a/b~c":1', '/a~1b~0c'),
  inside('a constructor', '"constructor":{"prototype":{"isAdmin":true}}', '/constructor'),
  inside('nesting as deep as is allowed', `"deep":${nested(31)}`, '/deep'),
  unreadable('__proto__', (valid) => withMember(valid, '"__proto__":{"isAdmin":true}')),
  unreadable('__proto__ with blanks about it', (valid) => withMember(valid, '\n "__proto__" \t: {}')),
  unreadable('__proto__ spelled with escapes', (valid) => withMember(valid, String.raw`"_\u005f\u0070roto\u005F_":{}`)),
  unreadable('__proto__ deep inside', (valid) => withMember(valid, '"metadata":{"a":[{"__proto__":{}}]}')),
  unreadable('broken JSON', (valid) => JSON.stringify(valid).slice(0, -1)),
  unreadable('more than one value', (valid) => `${JSON.stringify(valid)}{}`),
  unreadable('no JSON at all', () => '<admin>true</admin>'),
  {
    name: 'nesting one level too deep',
    status: 400,
    code: 'request.too_deep',
    body: (valid) => withMember(valid, `"deep":${nested(32)}`),
  },
  {
    name: 'a body of a byte over 1 MiB',
    status: 413,
    code: 'request.too_large',
    body: (valid) => JSON.stringify(valid).padEnd(MEGABYTE + 1),
  },
  ofType('text/plain'),
  ofType('application/x-www-form-urlencoded'),
  ofType('multipart/form-data; boundary=x'),
  ofType('application/jsonp'),
  inPlaceOfObject('[]'),
  inPlaceOfObject('null'),
  inPlaceOfObject('"text"'),
  inPlaceOfObject('1'),
]

/** What is no text for a store, in place of a text. */
const UNSTORABLE = ['\u0000', '\ud800', 'a\u0000b']

/** What any operation answers to a request that is not what it should be, whoever sends it. */
export function requestCases(subjectOf: () => Subject): void {
  let client: StrictClient
  let cast: Cast
  let operations: readonly Operation[]
  beforeAll(async () => {
    client = new StrictClient(subjectOf().url)
    const scene = new Scene(client)
    const systemAdmin = await scene.systemAdmin()
    cast = { scene, systemAdmin, admin: await scene.tenant(systemAdmin) }
    operations = await operationsOf(client)
  }, 60_000)

  /** A request that a system admin would be granted, or, where no token is asked for, anybody. */
  const valid = async ({ id }: Operation) => {
    const row = ROWS.find(({ operationId }) => operationId === id)
    const prepare = row ? row.attempt(cast, cast.systemAdmin) : PUBLIC[id]?.(cast)
    const { params = {}, body, token } = (await prepare) ?? {}
    const caller = row ? { token: token ?? cast.systemAdmin.token } : {}
    return { params, caller, ...(body !== undefined && { body }) }
  }
  const withBody = () => operations.filter(({ hasBody }) => hasBody)
  const pointersOf = ({ body }: Answer) =>
    ((body['errors'] ?? []) as readonly { readonly pointer: string }[]).map(({ pointer }) => pointer) // of a problem

  describe('a body', () => {
    it.each(BROKEN)('is refused for $name, by every operation, and changes nothing', async (broken) => {
      expect(withBody().length).toBeGreaterThanOrEqual(8)
      const requests = await Promise.all(
        withBody().map(async (operation) => ({ operation, ...(await valid(operation)) })),
      )
      const logs = await cast.scene.watch(cast.systemAdmin, [PLATFORM_TENANT_ID, cast.admin.tenantId])
      const wrong: unknown[] = []
      for (const { operation, params, caller, body } of requests) {
        const { status, code, pointer, headers = JSON_TYPE } = broken
        const answer = await client.call(operation.method, pathOf(operation, params), {
          ...caller,
          headers,
          body: broken.body(body),
        })
        const isRight = answer.status === status && answer.body['code'] === code
        const isPlaced = pointer === undefined || pointersOf(answer).includes(pointer)
        if (!isRight || !isPlaced) wrong.push([operation.id, answer.status, answer.body])
      }
      expect(wrong).toEqual([])
      expect(await logs.changed()).toEqual([])
    })

    it('is refused as soon as it has become too large, when its length was not told', async () => {
      // Never ended: whatever is answered is answered to what has been sent, and nothing is on its way when it is.
      const sending = httpRequest(`${subjectOf().url}/api/v1/auth/login`, { method: 'POST', headers: JSON_TYPE })
      for (let sent = 0; sent <= MEGABYTE; sent += 64 * 1024) sending.write(' '.repeat(64 * 1024))
      const [response] = (await once(sending, 'response')) as [IncomingMessage]
      const answer: unknown = JSON.parse(await textOf(response))
      sending.destroy()
      expect([response.statusCode, answer]).toMatchObject([413, { code: 'request.too_large' }])
    })

    it('is refused to a client that looks at the answer only when it has sent all of it', async () => {
      const { hostname, port } = new URL(subjectOf().url)
      const socket = connect(Number(port), hostname)
      const answered = textOf(socket).catch(String)
      const send = (part: string) =>
        new Promise<void>((resolve, reject) => socket.write(part, (fault) => (fault ? reject(fault) : resolve())))
      const head = `POST /api/v1/auth/login HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n`
      await send(`${head}Content-Type: application/json\r\nContent-Length: ${2 * MEGABYTE}\r\n\r\n`)
      // Whoever closes before all has come makes one of these fail.
      for (let sent = 0; sent < 2 * MEGABYTE; sent += 16 * 1024) await send(' '.repeat(16 * 1024))
      expect(await answered).toMatch(/^HTTP\/1\.1 413 /)
    })

    it('is refused where its texts are none that can be stored', async () => {
      const wrong: unknown[] = []
      for (const operation of withBody()) {
        const { params, caller, body = {} } = await valid(operation)
        const texts = Object.keys(body).filter((name) => typeof body[name] === 'string')
        for (const name of texts)
          for (const text of UNSTORABLE) {
            const answer = await attempt(client, operation, { params, body: { ...body, [name]: text } }, caller)
            if (answer.status < 400 || answer.status >= 500) wrong.push([operation.id, name, text, answer.status])
          }
      }
      expect(wrong).toEqual([])
    })

    it('is granted by every operation when nothing is wrong with it', async () => {
      for (const operation of withBody()) {
        if (operation.id === 'deleteTenant') continue // would take the tenant away from the others
        const { params, caller, body } = await valid(operation)
        const headers = { 'Content-Type': 'application/json; charset=utf-8' }
        const answer = await attempt(client, operation, { params, ...(body && { body }) }, { ...caller, headers })
        expect([operation.id, answer.status < 300, answer.body]).toEqual([operation.id, true, answer.body])
      }
    })
  })

  describe('the rest of a request', () => {
    it('names nothing with an id that can be none', async () => {
      const ids = [
        'x',
        '..%2f..',
        '%00',
        '%27%20or%201=1--',
        `ten_${'z'.repeat(26)}`,
        'a'.repeat(4_000),
        '%f0%9f%92%a9',
      ]
      const wrong: unknown[] = []
      for (const operation of operations.filter(({ path }) => path.includes('{'))) {
        const { params, caller, body } = await valid(operation)
        for (const name of Object.keys(params))
          for (const id of ids) {
            const request = { params: { ...params, [name]: id }, ...(body && { body }) }
            const answer = await attempt(client, operation, request, caller)
            if (answer.status !== 404) wrong.push([operation.id, name, id, answer.status, answer.body])
          }
      }
      expect(wrong).toEqual([])
    })

    it('asks nothing by a query parameter that is unknown or out of bounds', async () => {
      const queried = operations.filter(({ hasQuery }) => hasQuery)
      expect(queried.length).toBeGreaterThanOrEqual(3)
      for (const operation of queried) {
        const { params, caller } = await valid(operation)
        const limit = operation.id === 'readEvents' ? 'limit' : 'pageSize'
        for (const [query, name] of [
          ['surprise=1', 'surprise'],
          ['constructor=1', 'constructor'],
          [`${limit}=0`, limit],
          [`${limit}=1e9`, limit],
          [`${limit}=-1`, limit],
          [`${limit}=NaN`, limit],
        ]) {
          const answer = await client.call(operation.method, `${pathOf(operation, params)}?${query}`, caller)
          const expected = [operation.id, query, 422, [`?/${name}`]]
          expect([operation.id, query, answer.status, pointersOf(answer)]).toEqual(expected)
        }
      }
    })

    it('looks for no text that cannot be stored', async () => {
      const filters = { listTenants: ['name', 'plan'], listUsers: ['search', 'role'] } as const
      for (const [id, names] of Object.entries(filters))
        for (const name of names) {
          const operation = operations.find((one) => one.id === id)
          const path = operation && pathOf(operation, (await valid(operation)).params)
          const answer = await client.call('GET', `${path}?${name}=a%00`, { token: cast.systemAdmin.token })
          expect([name, answer.status, pointersOf(answer)]).toEqual([name, 422, [`?/${name}`]])
        }
    })

    it('is refused for a header that cannot be read, by every write or read that takes it', async () => {
      for (const operation of operations) {
        const { params, caller, body } = await valid(operation)
        const isRead = operation.method === 'GET'
        const headers = isRead ? { 'Consistency-Token': 'ten_x@-1' } : { 'Idempotency-Key': 'k'.repeat(256) }
        const answer = await attempt(client, operation, { params, ...(body && { body }) }, { ...caller, headers })
        expect([operation.id, answer.status, answer.body['code']]).toEqual([
          operation.id,
          400,
          'request.invalid_header',
        ])
      }
    })
  })

  it('tells browsers to come over TLS only, where the product is published over it', async () => {
    const { publicUrl } = subjectOf()
    const expected = publicUrl.startsWith('https:') ? 'max-age=31536000' : null
    for (const path of ['/health', '/api/v1/me', '/nowhere']) {
      const { headers } = await client.call('GET', path)
      expect([path, headers.get('strict-transport-security')]).toEqual([path, expected])
    }
  })

  describe('a refusal', () => {
    it('is in the caller’s language, by every operation', async () => {
      for (const operation of operations) {
        const { params } = await valid(operation)
        const titles = new Set<unknown>()
        for (const language of LANGUAGES) {
          const answer = await client.call(operation.method, pathOf(operation, params), {
            headers: { ...(operation.hasBody && JSON_TYPE), 'Accept-Language': `${language}-XX, *;q=0.1` },
            ...(operation.hasBody && { body: '{"a":' }),
          })
          expect([operation.id, answer.headers.get('content-language')]).toEqual([operation.id, language])
          titles.add(answer.body['title'])
        }
        expect([operation.id, titles.size]).toEqual([operation.id, LANGUAGES.length])
      }
    })

    it('is in the language that was asked for most pressingly, and in English when none is ours', async () => {
      const asked = async (path: string, headers: Readonly<Record<string, string>>) =>
        (await client.call('GET', path, { headers })).headers.get('content-language')
      const german = { 'Accept-Language': 'ja, de;q=0.9, fr;q=0.2' }
      expect(await asked('/api/v1/me', german)).toBe('de')
      expect(await asked('/api/v1/me', { ...german, Cookie: 'preferred_language=sq' })).toBe('sq')
      expect(await asked('/api/v1/me?lang=es', { ...german, Cookie: 'preferred_language=sq' })).toBe('es')
      expect(await asked('/api/v1/me', { 'Accept-Language': 'ja, zh' })).toBe('en')
      expect(await asked('/api/v1/me', { 'Accept-Language': ',;q=x,\u00e4' })).toBe('en')
    })
  })

  describe('a method', () => {
    const allowedAt = () => {
      const allowed = new Map<string, string[]>(SYSTEM_ROUTES.map((path) => [path, ['GET', 'HEAD', 'OPTIONS']]))
      for (const { path, method } of operations) {
        const known = allowed.get(path) ?? ['OPTIONS']
        allowed.set(path, [...known, method, ...(method === 'GET' ? ['HEAD'] : [])])
      }
      return allowed
    }
    const params = () => ({ tenantId: cast.admin.tenantId, userId: cast.admin.userId, operationId: NO_OPERATION })
    const listed = (answer: Answer) => (answer.headers.get('allow') ?? '').split(', ').toSorted()

    it('that a path does not serve is refused with those it does, whoever asks', async () => {
      const logs = await cast.scene.watch(cast.systemAdmin, [PLATFORM_TENANT_ID, cast.admin.tenantId])
      for (const [path, methods] of allowedAt()) {
        const url = pathOf({ path }, params())
        for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
          if (methods.includes(method)) continue
          const answer = await client.call(method, url, { token: cast.systemAdmin.token })
          const shape = [method, path, answer.status, listed(answer)]
          expect(shape).toEqual([method, path, 405, methods.toSorted()])
          if (method !== 'HEAD') expect(answer.body['code']).toBe('route.method_not_allowed')
        }
      }
      expect(await logs.changed()).toEqual([])
    })

    it('OPTIONS names what a path serves, and opens nothing to other origins', async () => {
      for (const [path, methods] of allowedAt()) {
        const headers = { Origin: 'https://evil.example.com', 'Access-Control-Request-Method': 'POST' }
        const answer = await client.call('OPTIONS', pathOf({ path }, params()), { headers })
        expect([path, answer.status, listed(answer)]).toEqual([path, 204, methods.toSorted()])
        expect(answer.headers.get('access-control-allow-origin')).toBeNull()
      }
    })

    it('HEAD answers as GET does, without a body', async () => {
      for (const [path, methods] of allowedAt()) {
        if (!methods.includes('GET')) continue
        const url = pathOf({ path }, params())
        for (const caller of [{}, { token: cast.systemAdmin.token }]) {
          const [get, head] = [await client.call('GET', url, caller), await client.call('HEAD', url, caller)]
          expect([path, head.status, head.body]).toEqual([path, get.status, {}])
          expect(head.headers.get('etag')).toBe(get.headers.get('etag'))
        }
      }
    })

    it('at a path that is none finds nothing, whoever asks', async () => {
      const nowhere = [
        '/',
        '/api',
        '/api/v1',
        '/api/v1/',
        '/api/v2/me',
        '/api/v1/me/',
        '/admin',
        '/.env',
        '/%00',
        '//me',
      ]
      for (const path of nowhere)
        for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS', 'HEAD']) {
          const answer = await client.call(method, path, { token: cast.systemAdmin.token })
          expect([method, path, answer.status, answer.headers.get('allow')]).toEqual([method, path, 404, null])
        }
    })
  })
}
