import { connect, type Socket } from 'node:net'

export interface Answer {
  readonly status: number
  readonly head: string
  readonly body: string
}

const END_OF_HEAD = '\r\n\r\n'
const END_OF_CHUNKS = '0\r\n\r\n'
/** A connection that has idled so long is opened anew: Node's servers close them after five seconds, maybe just now. */
const IDLE_MS = 2_000

type Done = (answer: Answer | Error) => void

/**
 * A kept-alive HTTP/1.1 connection that carries one request at a time, with no more than a load generator needs: Node's own
 * client costs more CPU time a request than the servers that it would measure.
 */
export class HttpConnection {
  readonly #hostname: string
  readonly #port: number
  #socket: Socket | undefined
  #usedAt = 0
  #received = ''
  #done: Done | undefined

  constructor(hostname: string, port: number) {
    this.#hostname = hostname
    this.#port = port
  }

  /**
   * @param request a whole request of ASCII characters
   * @param done is told the answer, or why there is none
   */
  send(request: string, done: Done): void {
    const now = performance.now()
    if (now - this.#usedAt > IDLE_MS) this.close()
    this.#usedAt = now
    this.#done = done
    this.#socket ??= this.#open()
    this.#socket.write(request, 'latin1')
  }

  close(): void {
    this.#done = undefined
    this.#socket?.destroy()
    this.#socket = undefined
  }

  #open(): Socket {
    const socket = connect({ host: this.#hostname, port: this.#port, noDelay: true })
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => this.#take(chunk))
    socket.on('error', (fault) => this.#lose(socket, fault))
    socket.on('close', () => this.#lose(socket, new Error('the server closed the connection')))
    return socket
  }

  #lose(socket: Socket, fault: Error): void {
    if (socket !== this.#socket) return
    this.#socket = undefined
    this.#received = ''
    this.#finish(fault)
  }

  #take(chunk: string): void {
    this.#received += chunk
    const headEnd = this.#received.indexOf(END_OF_HEAD)
    if (headEnd === -1) return
    const head = this.#received.slice(0, headEnd)
    const bodyStart = headEnd + END_OF_HEAD.length
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    const whole =
      length === undefined
        ? this.#received.endsWith(END_OF_CHUNKS)
        : this.#received.length >= bodyStart + Number(length)
    if (!whole) return
    const answer = { status: Number(head.slice(9, 12)), head, body: this.#received.slice(bodyStart) }
    this.#received = ''
    this.#finish(answer)
  }

  #finish(answer: Answer | Error): void {
    const done = this.#done
    this.#done = undefined
    done?.(answer)
  }
}
