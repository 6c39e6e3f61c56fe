import type { Outcome } from '#common/outcome.ts'
import type { Clock } from '#domain/ports/clock.ts'
import type { PrincipalAtHead, TenantWriter } from '#domain/ports/tenant-writer.ts'

/** Shorter than the second within which every revocation must have taken effect. */
const LIFETIME = 800
const CAPACITY = 10_000

interface Entry<Answer> {
  readonly askedAt: number
  readonly answer: Answer
}

export interface SessionCacheOptions {
  /**
   * Whether requests wait together for one answer. Not in workerd: there a promise belongs to the request that made it.
   * Waiting for another's, a request goes on in the other's name, where its own answer cannot be read, and never goes on
   * when the other's client has left.
   */
  readonly waitTogether: boolean
}

/**
 * Asks the writer who a session is, once in 0.8 s and session (and once more for each request that comes meanwhile, where
 * they do not wait together): sessions are never served from a longer memory.
 */
export class SessionCache {
  readonly #writer: Pick<TenantWriter, 'principal'>
  readonly #clock: Clock
  readonly #waitTogether: boolean
  readonly #known = new Map<string, Entry<Outcome<PrincipalAtHead>>>()
  readonly #asked = new Map<string, Entry<Promise<Outcome<PrincipalAtHead>>>>()
  /** Raised when something is forgotten: what was asked before may be true no more. */
  #generation = 0

  constructor(writer: Pick<TenantWriter, 'principal'>, clock: Clock, { waitTogether }: SessionCacheOptions) {
    this.#writer = writer
    this.#clock = clock
    this.#waitTogether = waitTogether
  }

  async principal(tenantId: string, sessionId: string): Promise<Outcome<PrincipalAtHead>> {
    const now = this.#clock()
    // Counted from when the question was asked: the answer may have been true only then.
    const fresh = ({ askedAt }: Entry<unknown>) => now < askedAt + LIFETIME && now >= askedAt
    const known = this.#known.get(sessionId)
    if (known && fresh(known)) return known.answer
    const asked = this.#asked.get(sessionId)
    if (asked && fresh(asked)) return asked.answer
    return this.#ask(tenantId, sessionId, now)
  }

  forget(sessionId: string): void {
    this.#generation++
    this.#known.delete(sessionId)
    this.#asked.delete(sessionId)
  }

  /** A change of one user may concern any of their sessions. */
  clear(): void {
    this.#generation++
    this.#known.clear()
    this.#asked.clear()
  }

  async #ask(tenantId: string, sessionId: string, askedAt: number): Promise<Outcome<PrincipalAtHead>> {
    const generation = this.#generation
    const question = { askedAt, answer: this.#writer.principal(tenantId, sessionId) }
    if (this.#waitTogether) this.#asked.set(sessionId, question)
    try {
      const answer = await question.answer
      if (generation === this.#generation) this.#remember(sessionId, { askedAt, answer })
      return answer
    } finally {
      if (this.#asked.get(sessionId) === question) this.#asked.delete(sessionId)
    }
  }

  #remember(sessionId: string, entry: Entry<Outcome<PrincipalAtHead>>): void {
    const before = this.#known.get(sessionId)
    if (before && before.askedAt > entry.askedAt) return
    this.#known.delete(sessionId)
    if (this.#known.size >= CAPACITY) {
      const oldest = this.#known.keys().next()
      if (!oldest.done) this.#known.delete(oldest.value)
    }
    this.#known.set(sessionId, entry)
  }
}
