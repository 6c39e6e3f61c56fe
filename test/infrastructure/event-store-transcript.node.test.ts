import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAtomPub, type SimulatedServer } from '../support/event-store-simulator/atompub-server.ts'
import { SimulatedStore } from '../support/event-store-simulator/simulated-store.ts'

interface Exchange {
  readonly label: string
  readonly method: string
  readonly path: string
  readonly reqHeaders: Readonly<Record<string, string>>
  readonly reqBody?: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What an EventStoreDB 4.1.4 answered, recorded. */
const TRANSCRIPT = new URL('../fixtures/eventstore-4.1.4-atompub.json', import.meta.url)

/** Exchanges by which the simulator is known to differ, each with the reason. Everything else must agree. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  '$all fwd from 0 (2)': 'a real server has written other events of its own before the first of anybody else',
  '!read recreated': 'a real server may not find a stream right after it was deleted and begun again',
}
/** The area of the server's API that the adapter never uses. */
const isSubscription = ({ label }: Exchange) => label.startsWith('ps ') || label.startsWith('!ps ')

const HEADERS = ['content-type', 'cache-control', 'es-currentversion', 'location', 'www-authenticate'] as const

const bodyOf = ({ reqBody }: Exchange): string | undefined => {
  // Bodies of megabytes were recorded by their length alone.
  const size = /^<(\d+) bytes>$/.exec(reqBody ?? '')?.[1]
  if (size === undefined) return reqBody
  const frame = JSON.stringify([{ eventId: '00000001-0000-4000-8000-000000000000', eventType: 'T', data: { x: '' } }])
  return frame.replace('"x":""', `"x":"${'x'.repeat(Number(size) - frame.length)}"`)
}

/** What of a feed must agree: not when it was written, nor which server answered, nor positions within its files. */
function essence(text: string): unknown {
  if (text === '') return text
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return text
  }
  const simplify = (value: unknown, key = ''): unknown => {
    if (key === 'updated') return 'some time'
    if (key === 'links' && Array.isArray(value))
      return value
        .filter((link: { relation: string }) => link.relation !== 'last' && link.relation !== 'next')
        .map((link) => simplify(link))
    // Texts of data are compared as JSON: white space and the spelling of numbers are the serialiser's.
    if ((key === 'data' || key === 'metaData') && typeof value === 'string') return essence(value)
    if (typeof value === 'string')
      return value.replace(/http:\/\/127\.0\.0\.1:\d+/g, 'http://server').replace(/\/[0-9A-F]{32}\//g, '/position/')
    if (Array.isArray(value)) return value.map((item) => simplify(item))
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, simplify(member, name)]))
    return value
  }
  return simplify(parsed)
}

describe('the simulator, asked what a real 4.1.4 was asked', async () => {
  const exchanges = (JSON.parse(await readFile(TRANSCRIPT, 'utf8')) as readonly Exchange[]).filter(
    (exchange) => !isSubscription(exchange),
  )
  let server: SimulatedServer
  beforeAll(async () => {
    server = await startAtomPub(new SimulatedStore())
  })
  afterAll(() => server.close())

  it('is asked all of it', () => {
    expect(exchanges.length).toBeGreaterThan(60)
    const labels = exchanges.map(({ label }) => label)
    expect(labels).toEqual(expect.arrayContaining(Object.keys(DIFFERENCES)))
  })

  // In order: later exchanges read what earlier ones wrote.
  it.each(exchanges.map((exchange, index) => [`${index} ${exchange.label}`, exchange] as const))(
    'answers alike: %s',
    async (_name, exchange) => {
      const body = bodyOf(exchange)
      const response = await fetch(`${server.url}${exchange.path}`, {
        method: exchange.method,
        headers: exchange.reqHeaders,
        redirect: 'manual',
        ...(body !== undefined && { body }),
      })
      const text = await response.text()
      const seen = { status: response.status, ...headersOf((name) => response.headers.get(name)), body: essence(text) }
      const expected = {
        status: exchange.status,
        ...headersOf((name) => exchange.headers[name] ?? null),
        body: essence(exchange.body),
      }
      if (exchange.label in DIFFERENCES) expect(seen).not.toEqual(expected)
      else expect(seen).toEqual(expected)
    },
  )
})

const headersOf = (get: (name: string) => string | null) =>
  Object.fromEntries(
    HEADERS.map((name) => [
      name,
      get(name)
        ?.replace(/http:\/\/127\.0\.0\.1:\d+/, '')
        // The id that a redirect proposes is made for it.
        .replace(/incoming\/.*/, 'incoming/…'),
    ]),
  )
