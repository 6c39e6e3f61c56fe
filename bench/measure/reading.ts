import { median } from './statistics.ts'

/** What a value is to reach, at least or at most. */
export type Goal = { readonly atLeast: number } | { readonly atMost: number }

/** What one round has measured of a target of the project. */
export interface Reading {
  /** Number of the target. */
  readonly target: number
  readonly what: string
  readonly goal: Goal
  readonly value: number
  /** Of the value; nothing for a ratio. */
  readonly unit?: string
}

/** A target that cannot be measured where the bench runs, and why. */
export interface NotMeasured {
  readonly target: number
  readonly what: string
  readonly notMeasured: string
}

/** What all rounds have measured. */
export interface Finding extends Omit<Reading, 'value'> {
  readonly values: readonly number[]
}

/** Gathers the readings of all rounds, in the order in which the first were taken. */
export function findingsOf(readings: readonly Reading[]): readonly Finding[]
export function findingsOf(readings: readonly (Reading | NotMeasured)[]): readonly (Finding | NotMeasured)[]
export function findingsOf(readings: readonly (Reading | NotMeasured)[]): readonly (Finding | NotMeasured)[] {
  const findings = new Map<string, Finding | NotMeasured>()
  for (const reading of readings) {
    const key = `${reading.target} ${reading.what}`
    const found = findings.get(key)
    findings.set(key, 'notMeasured' in reading ? reading : withValue(reading, found))
  }
  return [...findings.values()]
}

function withValue({ value, ...reading }: Reading, found: Finding | NotMeasured | undefined): Finding {
  return { ...reading, values: [...(found !== undefined && 'values' in found ? found.values : []), value] }
}

export const reaches = (value: number, goal: Goal): boolean =>
  'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost

/** Whether the median of the rounds reaches the goal. */
export const isMet = ({ values, goal }: Finding): boolean => reaches(median(values), goal)
