export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** A number with as many digits as mean something. */
export function short(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–'
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)
}

/** The median of the rounds, and how far they lie apart when there are several. */
export function spread(values: readonly number[]): string {
  const range = values.length > 1 ? ` (${short(Math.min(...values))}–${short(Math.max(...values))})` : ''
  return `${short(median(values))}${range}`
}
