/** A projection that whoever gets it is to see to. */
export interface DueProjection {
  /** Names whose turn it is: a confirmation that names it may go on. */
  readonly turn: number
  /** Where the log ended. */
  readonly toPosition: number
  /** Milliseconds to wait before: what is committed meanwhile is projected along. */
  readonly after: number
}

/** Milliseconds between the beginnings of two projections: each reads the log, and the rows it changes. */
export const PROJECT_EVERY = 250
/** Milliseconds after which a turn of which nothing was heard is over: the isolate of a request may end at any time. */
export const LOST_AFTER = 15_000

/**
 * Whose turn it is to project a tenant: one at a time, handed out with the answers to commands. Others may project too (readers, the
 * queue's consumer) and say how far they came, but that ends nobody's turn.
 */
export class DueProjections {
  readonly #now: () => number
  /** Position of the log's last event. */
  #head: number
  #projected: number
  #turn: number | undefined
  /** The last turn's number. Those of an object before this one are unlikely to be met again. */
  #lastTurn: number
  /** When the last turn began, or begins. */
  #beginsAt = 0

  /**
   * @param at where the log ends, and how far it is known to have been projected
   * @param now milliseconds since the epoch
   * @param random from 0 up to 1
   */
  constructor(
    { head, projected }: { readonly head: number; readonly projected: number },
    now = Date.now,
    random: () => number = Math.random,
  ) {
    this.#lastTurn = Math.floor(random() * 2 ** 40)
    this.#head = head
    this.#projected = projected
    this.#now = now
  }

  get head(): number {
    return this.#head
  }

  /** How far the log is known to have been projected. */
  get projected(): number {
    return this.#projected
  }

  get isBehind(): boolean {
    return this.#projected < this.#head
  }

  /** Whether it is somebody's turn. That must not last as long as a clock was set back. */
  get isInCharge(): boolean {
    const silent = this.#now() - this.#beginsAt
    return this.#turn !== undefined && silent >= -PROJECT_EVERY && silent < LOST_AFTER
  }

  committed(position: number): void {
    this.#head = Math.max(this.#head, position)
  }

  followed(position: number): void {
    this.#projected = Math.max(this.#projected, position)
  }

  /** Begins a turn, if there is something to project and it is nobody's. */
  begin(): DueProjection | undefined {
    if (!this.isBehind || this.isInCharge) return undefined
    const now = this.#now()
    const rest = this.#beginsAt + PROJECT_EVERY - now
    // More than that is a clock that has been set back.
    const after = rest > 0 && rest <= PROJECT_EVERY ? rest : 0
    this.#beginsAt = now + after
    this.#turn = ++this.#lastTurn
    return { turn: this.#turn, toPosition: this.#head, after }
  }

  /** Ends a turn, unless it is over already: then it may be somebody else's by now. */
  end(turn: number): void {
    if (turn === this.#turn) this.#turn = undefined
  }
}
