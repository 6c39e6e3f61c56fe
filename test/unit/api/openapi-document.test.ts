import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { createApp } from '#api/app.ts'
import { openApiDocument } from '#api/rest/openapi-document.ts'

const unused = () => {
  throw new Error('the document is made without any service')
}
const document = () => openApiDocument(createApp({ servicesOf: unused, addressOf: unused }))

const namesOf = (operation: { readonly parameters?: readonly object[] } | undefined) =>
  (operation?.parameters ?? []).flatMap((parameter) => ('name' in parameter ? [parameter.name] : []))

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.0', async () => {
    // A copy: the validator resolves what it is given.
    const result = await new Validator().validate(JSON.parse(JSON.stringify(document())) as Record<string, unknown>)
    expect(result).toEqual({ valid: true })
    expect(document().openapi).toBe('3.0.0')
  })

  it('names every operation once, with a tag that is described', () => {
    const { paths, tags } = document()
    const operations = Object.values(paths).flatMap((item) =>
      [item?.get, item?.post, item?.patch, item?.delete].flatMap((operation) => operation ?? []),
    )
    const ids = operations.map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).not.toContain(undefined)
    const described = new Set(tags?.map(({ name }) => name))
    expect(operations.filter((operation) => operation.tags?.every((tag) => described.has(tag)) !== true)).toEqual([])
  })

  it('tells of the headers a write and a read take', () => {
    const tenant = document().paths['/api/v1/tenants/{tenantId}']
    expect(namesOf(tenant?.patch)).toEqual(expect.arrayContaining(['Idempotency-Key', 'If-Match', 'Accept-Language']))
    expect(namesOf(tenant?.get)).toContain('Consistency-Token')
    expect(namesOf(tenant?.get)).not.toContain('Idempotency-Key')
    const created = document().paths['/api/v1/tenants']?.post?.responses[201]
    expect(Object.keys(created && 'headers' in created ? (created.headers ?? {}) : {})).toEqual([
      'X-Request-Id',
      'Consistency-Token',
      'ETag',
      'Location',
    ])
  })

  it('promises no answer that an operation cannot give', () => {
    const { paths } = document()
    const statuses = (path: string, method: 'get' | 'post' | 'patch') =>
      Object.keys(paths[path]?.[method]?.responses ?? {})
    expect(statuses('/api/v1/me', 'get')).toEqual(['200', '400', '401', '403', '404', '429', '500', '503'])
    expect(statuses('/api/v1/tenants', 'post')).not.toContain('412')
    expect(statuses('/api/v1/tenants/{tenantId}', 'patch')).toContain('412')
    expect(statuses('/api/v1/invitations/accept', 'post')).not.toContain('401')
  })
})
