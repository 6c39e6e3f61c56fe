/** What may go wrong with one request. `lostReply`: done but not told; `twice`: done once more after it was answered. */
export type Fault = 'unavailable' | 'notLeader' | 'lostRequest' | 'lostReply' | 'twice'

/** Decides what goes wrong with the requests to come: those given first, in order, then nothing. */
export class Faults {
  readonly #planned: { readonly on: 'append' | 'read'; readonly fault: Fault }[] = []
  /** Called before each request, so that a test may make it wait. */
  before: () => Promise<void> = () => Promise.resolve()

  plan(on: 'append' | 'read', ...faults: readonly Fault[]): void {
    this.#planned.push(...faults.map((fault) => ({ on, fault })))
  }

  async next(kind: 'append' | 'read'): Promise<Fault | undefined> {
    await this.before()
    const index = this.#planned.findIndex(({ on }) => on === kind)
    return index === -1 ? undefined : this.#planned.splice(index, 1)[0]?.fault
  }

  get pending(): number {
    return this.#planned.length
  }
}
