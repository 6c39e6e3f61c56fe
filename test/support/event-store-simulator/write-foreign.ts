import { randomUUID } from 'node:crypto'
import { ANY, type SimulatedStore } from './simulated-store.ts'

/** Puts an event at the end of a stream as somebody else would: its data and metadata are any texts, called JSON or not. */
export function writeForeign(store: SimulatedStore, stream: string, data: string, metadata: string): void {
  const event = { id: randomUUID(), type: 'something.else', json: true }
  store.append(stream, [{ ...event, data: Buffer.from(data), metadata: Buffer.from(metadata) }], ANY)
}

/** Puts a link at the end of a stream, as a projection of the server does. */
export function writeLink(store: SimulatedStore, stream: string, target: string): void {
  const link = { id: randomUUID(), type: '$>', json: false, data: Buffer.from(target), metadata: Buffer.alloc(0) }
  store.append(stream, [link], ANY)
}
