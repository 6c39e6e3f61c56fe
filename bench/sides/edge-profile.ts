import { once } from 'node:events'

/** Microseconds between two samples. */
const INTERVAL = 500

interface Target {
  readonly id: string
  readonly webSocketDebuggerUrl: string
}

export interface RunningProfile {
  /** Ends it, and gives what has been seen, as `node --cpu-prof` would write it. */
  end(): Promise<string>
}

/** Begins a CPU profile of the isolate of a Worker in a local workerd, by its inspector. */
export async function profileOf(inspectorPort: number, worker: string): Promise<RunningProfile> {
  const response = await fetch(`http://127.0.0.1:${inspectorPort}/json`)
  const targets = (await response.json()) as readonly Target[] // of the DevTools protocol
  const target = targets.find(({ id }) => id.endsWith(`:${worker}`))
  if (!target) throw new Error(`workerd tells of no isolate of ${worker}`)
  const socket = new WebSocket(target.webSocketDebuggerUrl)
  await once(socket, 'open')
  const waiting = new Map<number, (result: unknown) => void>()
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { readonly id?: number; readonly result?: unknown }
    if (id !== undefined) waiting.get(id)?.(result)
  })
  let sent = 0
  const call = (method: string, params: object = {}): Promise<unknown> =>
    new Promise((resolve) => {
      sent++
      waiting.set(sent, resolve)
      socket.send(JSON.stringify({ id: sent, method, params }))
    })
  await call('Profiler.enable')
  await call('Profiler.setSamplingInterval', { interval: INTERVAL })
  await call('Profiler.start')
  return {
    async end() {
      const { profile } = (await call('Profiler.stop')) as { readonly profile: unknown }
      socket.close()
      return JSON.stringify(profile)
    },
  }
}
