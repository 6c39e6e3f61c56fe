import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FaultProxy } from '../support/fault-proxy.ts'

/** A server that answers each piece with the same. */
let echo: Server
let proxy: FaultProxy
const atServer = new Set<Socket>()

beforeEach(async () => {
  echo = createServer((socket) => {
    atServer.add(socket)
    socket.on('error', () => undefined)
    socket.pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  proxy = await FaultProxy.before((echo.address() as AddressInfo).port) // it listens
})
afterEach(async () => {
  await proxy.close()
  for (const socket of atServer) socket.destroy()
  atServer.clear()
  echo.close()
})

/** A connection through the proxy, with what came back on it and how it ended. */
async function client() {
  const socket = connect(proxy.port, '127.0.0.1')
  const state = { socket, received: '', ended: '' }
  socket.on('data', (chunk: Buffer) => (state.received += chunk.toString()))
  socket.on('error', (fault: NodeJS.ErrnoException) => (state.ended = fault.code ?? fault.message))
  socket.on('end', () => (state.ended ||= 'end'))
  await once(socket, 'connect')
  return state
}

it('lets everything through, in order, and passes the end on', async () => {
  const state = await client()
  const sent = Array.from({ length: 500 }, (_, index) => `piece ${index};`)
  for (const piece of sent) state.socket.write(piece)
  state.socket.end()
  await expect.poll(() => state.ended).toBe('end')
  expect(state.received).toBe(sent.join(''))
})

it('holds what is sent while it is a black hole, and gives it on afterwards', async () => {
  const [held, other] = [await client(), await client()]
  other.socket.write('before')
  await expect.poll(() => other.received).toBe('before')
  proxy.blackHole()
  held.socket.write('held')
  // Accepted like any other.
  const during = await client()
  during.socket.write('during')
  expect([held, other, during].map(({ received }) => received)).toEqual(['', 'before', ''])
  proxy.pass()
  await expect.poll(() => [held.received, during.received]).toEqual(['held', 'during'])
})

it('lets no byte through sooner than a slow network would', async () => {
  proxy.conditions = { latency: 20, bandwidth: 100_000 }
  const state = await client()
  const before = performance.now()
  state.socket.write('x'.repeat(5_000))
  await expect.poll(() => state.received.length).toBe(5_000)
  // Twice: there and back. The lower bound holds on any machine.
  expect(performance.now() - before).toBeGreaterThan(2 * (20 + 50) - 5)
})

it('ends connections in mid-flight, once or after so many bytes, and takes new ones', async () => {
  const first = await client()
  first.socket.write('first')
  await expect.poll(() => first.received).toBe('first')
  proxy.cut()
  await expect.poll(() => first.ended).toBe('ECONNRESET')

  proxy.conditions = { cutAfter: 10 }
  const second = await client()
  second.socket.write('12345')
  await expect.poll(() => second.received).toBe('12345')
  second.socket.write('1234567')
  await expect.poll(() => second.ended).toBe('ECONNRESET')
  expect([second.received, proxy.cuts]).toEqual(['12345', 2])

  proxy.conditions = {}
  const third = await client()
  third.socket.write('third')
  await expect.poll(() => third.received).toBe('third')
})

it('refuses connections until it accepts again, at the same port', async () => {
  const { port } = proxy
  await proxy.refuse()
  await expect(client()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await proxy.accept()
  const state = await client()
  state.socket.write('again')
  await expect.poll(() => state.received).toBe('again')
  expect(proxy.port).toBe(port)
})

it('leaves the client of a half-open connection without any word', async () => {
  const state = await client()
  state.socket.write('before')
  await expect.poll(() => state.received).toBe('before')
  const [server] = [...atServer]
  const gone = once(server ?? echo, 'close')
  proxy.halfOpen()
  await gone
  state.socket.write('after')
  await client()
  expect([state.received, state.ended]).toEqual(['before', ''])
})
