import { installPeers, startPeer, startProgram } from './sides/peers.ts'
import { startProductSide, type ProductSide } from './sides/product-side.ts'
import type { Population, Side } from './sides/side.ts'
import type { Contenders } from './targets/commands.ts'

/** The container and its peers, ready for their loads, and the server without work. */
export interface Field extends Contenders {
  readonly product: ProductSide
  /** Address of the server that answers and does nothing else. */
  readonly hello: string
}

const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** Starts all, works with them, and stops whatever was started. */
export async function withContenders<Result>(
  serverUrl: string,
  population: Population,
  profileTo: string | undefined,
  work: (field: Field) => Promise<Result>,
): Promise<Result> {
  const started: { stop(): Promise<void> }[] = []
  const keep = <Stoppable extends { stop(): Promise<void> }>(one: Stoppable): Stoppable => {
    started.push(one)
    return one
  }
  const peer = async (name: Parameters<typeof startPeer>[0]): Promise<Side> => {
    say(`starting ${name}`)
    return keep(await startPeer(name, serverUrl, population))
  }
  say('installing the peers')
  await installPeers()
  try {
    say('starting the container')
    const product = keep(
      await startProductSide('container', serverUrl, population, { name: 'ACCI container', profileTo }),
    )
    const [emmett, nest, crud] = [await peer('emmett'), await peer('nest'), await peer('crud')]
    const hello = keep(await startProgram('hello', serverUrl))
    return await work({ product, emmett, nest, crud, hello: hello.url })
  } finally {
    for (const one of started) await one.stop()
  }
}
