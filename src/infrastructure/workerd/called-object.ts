import { UnavailableFault } from '#common/unavailable-fault.ts'

/** A Durable Object ended, or could not be reached, before a call of it came to an answer. Whether the call had its effect is unknown. */
export class ObjectUnavailable extends UnavailableFault {
  override readonly name = 'ObjectUnavailable'
  /** True when the runtime says that the same call may succeed if it is made again. */
  readonly retryable: boolean

  constructor(retryable: boolean, cause: unknown) {
    super('a Durable Object did not answer', { cause })
    this.retryable = retryable
  }
}

/** How the runtime marks faults of its own, such as the end of an object whose disk is full. What an object throws has no mark. */
interface RuntimeFlags {
  readonly retryable?: unknown
  readonly overloaded?: unknown
  readonly durableObjectReset?: unknown
}

/** What a call of an object gives. Throws `ObjectUnavailable` for the runtime's faults, and what the object itself throws as it is. */
export async function calledObject<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call()
  } catch (fault) {
    const { retryable, overloaded, durableObjectReset } = fault as RuntimeFlags // of a thrown error
    const isOverloaded = overloaded === true
    if (retryable !== true && !isOverloaded && durableObjectReset !== true) throw fault
    // An object that has too much to do must not get the same call once more.
    throw new ObjectUnavailable(retryable === true && !isOverloaded, fault)
  }
}
