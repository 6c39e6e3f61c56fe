import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { LoadMessage, LoadOrder, Measured } from './order.ts'

/**
 * Runs a load in a process of its own, so that neither its event loop nor its garbage is that of who measures.
 *
 * @param atBoundary called when the measured time begins, and again when it ends
 */
export async function runLoad(order: LoadOrder, atBoundary: () => void = () => undefined): Promise<Measured> {
  const child = fork(join(import.meta.dirname, 'load-process.ts'), { stdio: 'inherit' })
  const exited = once(child, 'exit')
  try {
    child.send(order)
    return await resultOf(child, atBoundary)
  } finally {
    child.kill()
    await exited
  }
}

function resultOf(child: ChildProcess, atBoundary: () => void): Promise<Measured> {
  const { promise, resolve, reject } = Promise.withResolvers<Measured>()
  child.once('error', reject)
  child.once('exit', (code) => reject(new Error(`the load process ended with ${code}`)))
  child.on('message', (received) => {
    const message = received as LoadMessage // the process runs load-process.ts, which sends nothing else
    if (message.type === 'result') resolve(message.result)
    else if (message.type === 'fault') reject(new Error(message.message))
    else atBoundary()
  })
  return promise
}
