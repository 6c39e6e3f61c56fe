import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** How what is sent fares on its way, in both directions. */
export interface Conditions {
  /** Milliseconds that each piece takes besides. */
  readonly latency?: number
  /** Bytes a second, a connection and direction. */
  readonly bandwidth?: number
  /** A connection ends, without a word of farewell, once the server has answered so many bytes on it. */
  readonly cutAfter?: number
}

interface Link {
  readonly client: Socket
  readonly server: Socket
  answered: number
}

/** Stands between a client and a server's TCP port, and does to their connections what networks do. */
export class FaultProxy {
  readonly #target: { readonly host: string; readonly port: number }
  readonly #links = new Set<Link>()
  #server: Server | undefined
  #port = 0
  #conditions: Conditions = {}
  /** Pending while nothing comes through. */
  #silence: PromiseWithResolvers<void> | undefined
  /** Connections that were ended so far. */
  cuts = 0

  private constructor(host: string, port: number) {
    this.#target = { host, port }
  }

  /** A proxy that lets everything through, on a free port of 127.0.0.1. */
  static async before(port: number, host = '127.0.0.1'): Promise<FaultProxy> {
    const proxy = new FaultProxy(host, port)
    await proxy.accept()
    return proxy
  }

  get port(): number {
    return this.#port
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#links.size
  }

  /** The same URL, led through here. */
  through(url: string): string {
    const led = new URL(url)
    led.hostname = '127.0.0.1'
    led.port = String(this.#port)
    return led.href
  }

  /** From now on; `{}` is a network in order. */
  set conditions(conditions: Conditions) {
    this.#conditions = conditions
  }

  /** Connections are accepted and kept, but nothing comes through in either direction. What is sent waits. */
  blackHole(): void {
    this.#silence ??= Promise.withResolvers()
  }

  /** What was held comes through, and what follows. */
  pass(): void {
    this.#silence?.resolve()
    this.#silence = undefined
  }

  /** Ends every connection in mid-flight, as a router does that was started anew. */
  cut(): void {
    for (const link of this.#links) this.#cut(link)
  }

  /** The server's side of every connection is gone and the client's is not told: it may wait for ever. */
  halfOpen(): void {
    for (const { server } of this.#links) {
      server.removeAllListeners('close')
      server.destroy()
    }
  }

  /** Ends all connections, and refuses new ones until `accept`. */
  async refuse(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (!server) return
    const closed = once(server, 'close')
    server.close()
    this.cut()
    await closed
  }

  async accept(): Promise<void> {
    if (this.#server) return
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#link(client)).listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as AddressInfo).port // a listening TCP server has one
  }

  async close(): Promise<void> {
    this.pass()
    await this.refuse()
  }

  #link(client: Socket): void {
    const link: Link = { client, server: connect({ ...this.#target, allowHalfOpen: true }), answered: 0 }
    this.#links.add(link)
    const forget = () => this.#links.delete(link)
    for (const [from, to] of [
      [client, link.server],
      [link.server, client],
    ] as const) {
      from.setNoDelay(true)
      // The other side learns of a fault by its connection ending.
      from.on('error', () => undefined)
      from.once('close', () => {
        if (from === client) forget()
        to.destroy()
      })
      void this.#pump(link, from, to)
    }
  }

  async #pump(link: Link, from: Socket, to: Socket): Promise<void> {
    try {
      // Not ended with its reading: the other direction may go on.
      for await (const chunk of from.iterator({ destroyOnReturn: false })) {
        const { length } = chunk as Buffer // a socket without an encoding gives buffers
        const { latency = 0, bandwidth = Infinity, cutAfter = Infinity } = this.#conditions
        const wait = latency + (length / bandwidth) * 1_000
        if (wait > 0) await delay(wait)
        await this.#silence?.promise
        if (from === link.server) link.answered += length
        if (link.answered > cutAfter) return this.#cut(link)
        if (!to.destroyed && !to.write(chunk)) await Promise.race([once(to, 'drain'), once(to, 'close')])
      }
      to.end()
    } catch {
      // The connection ended; its `close` tells the other side.
    }
  }

  #cut(link: Link): void {
    this.cuts++
    this.#links.delete(link)
    link.client.resetAndDestroy()
    link.server.resetAndDestroy()
  }
}
