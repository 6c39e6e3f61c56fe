/** Something that was asked and answered, at times of one clock: it took effect at one instant in between, or not at all. */
export interface Operation<Input, Output> {
  readonly called: number
  /** Infinity for one that took effect without anybody being told. */
  readonly returned: number
  readonly input: Input
  readonly output: Output
}

/** What one client alone would see: the state after an operation, or undefined if it would have been answered otherwise. */
export interface SequentialModel<State, Input, Output> {
  readonly initial: State
  step(state: State, input: Input, output: Output): State | undefined
  /** Equal for equal states. */
  keyOf(state: State): string
}

/**
 * A read that need not be of the present: it took effect at any time before it was answered, long before it was asked perhaps.
 * What it must not be older than, if anything, is for the model to say.
 */
export const ofSomePast = <Input, Output>(read: Operation<Input, Output>): Operation<Input, Output> => ({
  ...read,
  called: -Infinity,
})

/**
 * Whether there is one order of all operations that explains every answer and keeps to the clock: none comes before another
 * that had been answered when it was asked. The search of Wing and Gong (1993), which never looks twice at the same state
 * after the same operations (Lowe 2017).
 */
export function isLinearizable<State, Input, Output>(
  { initial, step, keyOf }: SequentialModel<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
): boolean {
  const operations = history.toSorted((one, other) => one.called - other.called)
  const done = operations.map(() => false)
  const seen = new Set<string>()

  /** The operations that may be next: those asked before any other that is left was answered. */
  const candidates = (): readonly number[] => {
    const found: number[] = []
    let firstAnswer = Infinity
    for (const [index, { called, returned }] of operations.entries()) {
      if (called > firstAnswer) break
      if (done[index]) continue
      found.push(index)
      firstAnswer = Math.min(firstAnswer, returned)
    }
    return found
  }

  const explain = (state: State, left: number): boolean => {
    if (left === 0) return true
    const place = `${done.map(Number).join('')} ${keyOf(state)}`
    if (seen.has(place)) return false
    seen.add(place)
    for (const index of candidates()) {
      const operation = operations[index]
      const next = operation && step(state, operation.input, operation.output)
      if (next === undefined) continue
      done[index] = true
      if (explain(next, left - 1)) return true
      done[index] = false
      // What changes nothing, such as a read, may as well come first: where it does not help there, it does nowhere.
      if (next === state) return false
    }
    return false
  }
  return explain(initial, operations.length)
}
