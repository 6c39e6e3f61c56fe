/**
 * Has something follow from what methods of a store have done, in the same moment: whatever comes between a call and its answer
 * finds both done.
 * @param then gets what the method was given, and what it answers
 */
export function whenDone(
  store: object,
  methods: readonly string[],
  then: (given: readonly unknown[], answer: unknown) => void,
): void {
  for (const name of methods) {
    const method = Reflect.get(store, name) as (...given: readonly unknown[]) => Promise<unknown> // one of the store's own
    Reflect.set(store, name, async (...given: readonly unknown[]) => {
      const answer = await method.apply(store, [...given])
      then(given, answer)
      return answer
    })
  }
}
