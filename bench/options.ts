import { parseArgs } from 'node:util'

export interface Options {
  /** Measured time of each cell, and the time before it, seconds. */
  readonly seconds: number
  readonly warmUp: number
  readonly rounds: number
  /** Users of each of the eight tenants. */
  readonly users: number
  /** Targets to measure. */
  readonly only: readonly number[]
  /** Folder for a CPU profile of the product. */
  readonly profile?: string
  readonly json: boolean
}

/** The targets that the bench knows. */
export const TARGETS = [1, 2, 3, 4, 5, 8, 9, 15] as const

const SPECIFICATION = {
  seconds: { type: 'string', default: '2' },
  'warm-up': { type: 'string', default: '0.5' },
  rounds: { type: 'string', default: '5' },
  users: { type: 'string', default: '1000' },
  only: { type: 'string', default: TARGETS.join(',') },
  profile: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

function positive(name: string, given: string): number {
  const value = Number(given)
  if (!Number.isFinite(value) || value <= 0) throw new Error(`--${name} must be a positive number, not ${given}`)
  return value
}

function whole(name: string, given: string): number {
  const value = positive(name, given)
  if (!Number.isInteger(value)) throw new Error(`--${name} must be a whole number, not ${given}`)
  return value
}

function targets(given: string): readonly number[] {
  return given.split(',').map((word) => {
    const found = TARGETS.find((target) => String(target) === word)
    if (found === undefined) throw new Error(`--only knows ${TARGETS.join(', ')}, not ${word}`)
    return found
  })
}

/** Reads the command line. Throws a sentence for what it does not understand. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({ args: [...args], options: SPECIFICATION, strict: true })
  return {
    seconds: positive('seconds', values.seconds),
    warmUp: positive('warm-up', values['warm-up']),
    rounds: whole('rounds', values.rounds),
    users: whole('users', values.users),
    only: targets(values.only),
    ...(values.profile !== undefined && { profile: values.profile }),
    json: values.json,
  }
}
