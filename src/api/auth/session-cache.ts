import type { Outcome } from '#common/outcome.ts'
import type { Clock } from '#domain/ports/clock.ts'
import type { Principal, TenantWriter } from '#domain/ports/tenant-writer.ts'

/** Shorter than the second within which every revocation must have taken effect. */
const LIFETIME = 800
const CAPACITY = 10_000

/** Asks the writer who a session is, at most once in 0.8 s and session: sessions are never served from a longer memory. */
export class SessionCache {
  readonly #writer: Pick<TenantWriter, 'principal'>
  readonly #clock: Clock
  readonly #known = new Map<string, { readonly askedAt: number; readonly answer: Promise<Outcome<Principal>> }>()

  constructor(writer: Pick<TenantWriter, 'principal'>, clock: Clock) {
    this.#writer = writer
    this.#clock = clock
  }

  principal(tenantId: string, sessionId: string): Promise<Outcome<Principal>> {
    const known = this.#known.get(sessionId)
    const now = this.#clock()
    // Counted from when the question was asked: the answer may have been true only then.
    if (known && now < known.askedAt + LIFETIME && now >= known.askedAt) return known.answer
    const answer = this.#writer.principal(tenantId, sessionId)
    this.#remember(sessionId, { askedAt: now, answer })
    answer.catch(() => this.#known.delete(sessionId))
    return answer
  }

  forget(sessionId: string): void {
    this.#known.delete(sessionId)
  }

  /** A change of one user may concern any of their sessions. */
  clear(): void {
    this.#known.clear()
  }

  #remember(
    sessionId: string,
    entry: { readonly askedAt: number; readonly answer: Promise<Outcome<Principal>> },
  ): void {
    this.#known.delete(sessionId)
    if (this.#known.size >= CAPACITY) {
      const oldest = this.#known.keys().next()
      if (!oldest.done) this.#known.delete(oldest.value)
    }
    this.#known.set(sessionId, entry)
  }
}
