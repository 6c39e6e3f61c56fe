// npm run goldens: adds the digests of new golden events to the list. What is in the list stays as it is.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './run.ts'

/** Goldens, and `events.sha256` beside their folder: one line for each, of its digest and its name. */
const GOLDEN = join(ROOT, 'test', 'golden')

/**
 * SHA-256 of what may never change of a golden: the fingerprint of its schema, the event as it was stored, and its key. How the
 * product understands it today (`event`), and how the file is formatted, does not count.
 */
function digestOf(text: string): string {
  const { event: _event, ...stored } = JSON.parse(text) as Readonly<Record<string, unknown>> // written as an object
  return createHash('sha256').update(JSON.stringify(stored)).digest('hex')
}

function goldens(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(join(folder, 'events')).toSorted((one, other) => (one < other ? -1 : 1))
  return new Map(
    files.map((file) => [file.replace(/\.json$/, ''), digestOf(readFileSync(join(folder, 'events', file), 'utf8'))]),
  )
}

const listPath = (folder: string) => join(folder, 'events.sha256')

function listed(folder: string): ReadonlyMap<string, string> {
  const lines = readFileSync(listPath(folder), 'utf8').split('\n')
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const [digest = '', name] = line.split('  ')
      return name === undefined ? [] : [[name, digest]]
    }),
  )
}

/**
 * What is wrong with the goldens: each type and version that was ever listed must be there as it was, since events of it are stored
 * somewhere.
 * @param folder where the goldens and their list are
 */
export function goldenFaults(folder = GOLDEN): readonly string[] {
  const there = goldens(folder)
  const known = listed(folder)
  return [
    ...[...known].flatMap(([name, digest]) => {
      const now = there.get(name)
      if (now === digest) return []
      return now === undefined
        ? [`${name} is gone: events of it are stored, and must stay readable`]
        : [`${name} has changed: a changed schema is a new version, with a golden of its own`]
    }),
    ...[...there.keys()]
      .filter((name) => !known.has(name))
      .map((name) => `${name} is not in the list yet: npm run goldens`),
  ]
}

/** Adds those that the list does not have. Returns their names. */
export function addGoldenDigests(folder = GOLDEN): readonly string[] {
  const known = listed(folder)
  const added = [...goldens(folder)].filter(([name]) => !known.has(name))
  const all = [...known, ...added].toSorted(([one], [other]) => (one < other ? -1 : 1))
  writeFileSync(listPath(folder), all.map(([name, digest]) => `${digest}  ${name}\n`).join(''))
  return added.map(([name]) => name)
}

if (import.meta.main) {
  for (const name of addGoldenDigests()) console.log(`added ${name}`)
  for (const fault of goldenFaults()) console.error(fault)
  process.exitCode = goldenFaults().length === 0 ? 0 : 1
}
