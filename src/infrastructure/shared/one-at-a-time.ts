/**
 * Runs `work` one at a time: calls while it runs lead to one more run after it, however many they are, and share its promise.
 * Whatever happened before a call is seen by a run that begins after it.
 * @param work must not reject.
 */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let again = false
  const run = async () => {
    do {
      again = false
      await work()
    } while (again)
    running = undefined
  }
  return () => {
    again = true
    return (running ??= run())
  }
}
