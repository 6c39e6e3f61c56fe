/** Works through a list, a number at a time. Returns the results in its order. */
export async function inBatches<Item, Result>(
  items: readonly Item[],
  size: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  for (let from = 0; from < items.length; from += size) {
    const batch = items.slice(from, from + size)
    results.push(...(await Promise.all(batch.map((item, index) => work(item, from + index)))))
  }
  return results
}
