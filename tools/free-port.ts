import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Below the ports that systems give to outgoing connections: one of those could take the port while whoever listens there is
 * being started, or started again.
 */
const FIRST = 20_000
const AFTER_LAST = 32_768

/** A TCP port of 127.0.0.1 that nobody listens on at this instant. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, AFTER_LAST)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'EADDRINUSE') return false // what `listen` fails with
    throw fault
  }
  server.close()
  await once(server, 'close')
  return true
}
