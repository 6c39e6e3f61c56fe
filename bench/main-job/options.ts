import { parseArgs } from 'node:util'
import { COMMANDS, type Command } from './load.ts'
import { RUNTIMES, type Runtime } from './product.ts'

export interface Options {
  readonly seconds: number
  readonly warmUp: number
  readonly rounds: number
  readonly connections: readonly number[]
  readonly tenants: number
  readonly runtimes: readonly Runtime[]
  readonly commands: readonly Command[]
  /** Folder for a CPU profile of the container. */
  readonly profile?: string
  readonly json: boolean
}

const SPECIFICATION = {
  seconds: { type: 'string', default: '5' },
  'warm-up': { type: 'string', default: '2' },
  rounds: { type: 'string', default: '1' },
  connections: { type: 'string', default: '16' },
  tenants: { type: 'string', default: '50' },
  runtime: { type: 'string', default: RUNTIMES.join(',') },
  command: { type: 'string', default: COMMANDS.join(',') },
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

function some<Name extends string>(name: string, given: string, known: readonly Name[]): readonly Name[] {
  return given.split(',').map((word) => {
    const found = known.find((one) => one === word)
    if (found === undefined) throw new Error(`--${name} knows ${known.join(', ')}, not ${word}`)
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
    connections: values.connections.split(',').map((one) => whole('connections', one)),
    tenants: whole('tenants', values.tenants),
    runtimes: some('runtime', values.runtime, RUNTIMES),
    commands: some('command', values.command, COMMANDS),
    ...(values.profile !== undefined && { profile: values.profile }),
    json: values.json,
  }
}
