import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '#api/app.ts'
import { openApiDocument } from '#api/rest/openapi-document.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { startProduct, type RunningProduct } from './running-product.ts'
import { accessCases } from './security-access.cases.ts'
import { OPERATOR_ROUTES, PAGES, requestCases, SYSTEM_ROUTES } from './security-requests.cases.ts'
import type { Subject } from './security-subject.ts'
import { keyOfContainer, keyOfEdge } from './security-tokens.ts'

/** Published over TLS, which whatever stands before it ends. */
const PUBLIC_URL = 'https://acci.example.com'
const newFolder = () => mkdtempSync(join(tmpdir(), 'acci-e2e-'))

it('no route stands outside both the OpenAPI document and the list of system routes', () => {
  const unused = () => {
    throw new Error('routes are known without any service')
  }
  const app = createApp({ servicesOf: unused, addressOf: unused })
  const documented = Object.entries(openApiDocument(app).paths).flatMap(([path, item]) =>
    Object.keys(item ?? {}).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  )
  const known = new Set([...documented, ...SYSTEM_ROUTES.map((path) => `GET ${path}`), ...PAGES])
  const middleware = ({ method, path }: { method: string; path: string }) => method === 'ALL' && path === '/*'
  const served = app.routes
    .filter((route) => !middleware(route))
    .map(({ method, path }) => `${method} ${path}`)
    .filter((route) => !OPERATOR_ROUTES.test(route))
  expect([...new Set(served)].toSorted()).toEqual([...known].toSorted())
})

describe('edge', () => {
  const folder = newFolder()
  let product: RunningProduct
  beforeAll(async () => {
    product = await startProduct('tools/start.ts', {}, folder)
  }, 90_000)
  afterAll(async () => {
    await product.kill()
    product.clean()
  })
  securityCases(() => ({ url: product.url, publicUrl: product.url, key: () => keyOfEdge(folder) }))
})

describe('container', () => {
  const folder = newFolder()
  const database = testDatabase()
  let product: RunningProduct
  beforeAll(async () => {
    const environment = { DATABASE_URL: database.url, ACCI_PUBLIC_URL: PUBLIC_URL }
    product = await startProduct('tools/start-container.ts', environment, folder)
  }, 90_000)
  afterAll(async () => {
    await product.kill()
    product.clean()
  })
  securityCases(() => ({
    url: product.url,
    publicUrl: PUBLIC_URL,
    key: () => keyOfContainer(database.url, folder),
  }))
})

function securityCases(subjectOf: () => Subject): void {
  accessCases(subjectOf)
  requestCases(subjectOf)
}
