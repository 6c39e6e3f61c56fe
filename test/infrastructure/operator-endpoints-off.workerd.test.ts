import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { newId } from '#domain/new-id.ts'
import worker from '#worker.ts'

/** As it is answered, but for the request's own id. */
async function answer(path: string, method: string) {
  const headers = { Authorization: `Bearer ${'x'.repeat(32)}` }
  const response = await worker.fetch(new Request(`https://edge.acci.example${path}`, { method, headers }), env)
  const { requestId: _own, ...body } = await response.json<Record<string, unknown>>()
  const told = Object.fromEntries(
    [...response.headers].filter(([name]) => !/^x-(?:request|correlation)-id$/.test(name)),
  )
  return { status: response.status, body, told }
}

describe('a Worker without ACCI_OPERATOR_TOKEN', () => {
  it.each(['GET', 'POST', 'DELETE', 'OPTIONS'])('has nothing at the operators’ addresses: %s', async (method) => {
    const unknown = await answer('/no-such-address', method)
    expect(unknown.status).toBe(404)
    const tenant = `/operator/v1/tenants/${newId.tenant()}`
    for (const path of ['/operator/v1/tenants', tenant, `${tenant}/fence-releases`, '/operator/x'])
      expect(await answer(path, method)).toEqual(unknown)
  })
})
