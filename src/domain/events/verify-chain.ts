import { GENESIS_HASH, hashedForm, type EventEnvelope } from '#common/envelope.ts'
import type { Cryptography } from '../ports/cryptography.ts'

/** A place in a log that is already trusted. */
export interface ChainLink {
  /** Position of the event there; 0 before the first. */
  readonly position: number
  /** Hash of the event there. */
  readonly hash: string
}

const GENESIS: ChainLink = { position: 0, hash: GENESIS_HASH }

/**
 * Checks that events follow one another without a gap, each as it was written. A chain proves nothing about what was cut
 * off behind its end: give the writer's head as `to` to prove that too.
 * @param events as parsed from any store: what is hashed is a canonical form, never stored bytes
 * @param from what the first event must follow; default: the beginning of the log
 * @param to where the events must end
 * @returns the first position whose event is missing, moved or changed; undefined when all is well
 */
export function verifyChain(
  events: readonly EventEnvelope[],
  cryptography: Pick<Cryptography, 'sha256Hex'>,
  from: ChainLink = GENESIS,
  to?: ChainLink,
): number | undefined {
  let { position, hash } = from
  for (const event of events) {
    const isNext = event.position === position + 1 && event.prevHash === hash
    if (!isNext || cryptography.sha256Hex(hashedForm(event)) !== event.hash) return position + 1
    position = event.position
    hash = event.hash
  }
  if (!to || (position === to.position && hash === to.hash)) return undefined
  return position === to.position ? position : Math.min(position, to.position) + 1
}
