/**
 * Where the product's time went: tables of a CPU profile that `npm run bench -- --only 1 --profile <folder>` has written of the
 * container, or `--only 4` of the edge.
 *
 *     npm run bench:profile -- <folder>
 *
 * Idle time is left out; shares are of the time in which its thread did something. Functions are found in their sources
 * by the source map of the bundle.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ROOT } from '../tools/run.ts'
import { markdown } from './report.ts'

const LISTED = 15

interface Node {
  readonly id: number
  readonly callFrame: {
    readonly functionName: string
    readonly url: string
    readonly lineNumber: number
    readonly columnNumber: number
  }
}

/** What `node --cpu-prof` writes, of which we need this. */
interface Profile {
  readonly nodes: readonly Node[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

const maps = new Map<string, SourceMap | undefined>()

function mapOf(url: string): SourceMap | undefined {
  if (!maps.has(url)) maps.set(url, readMap(url))
  return maps.get(url)
}

function readMap(url: string): SourceMap | undefined {
  try {
    // workerd names modules by their paths within the bundle.
    const file = url.startsWith('file:') ? fileURLToPath(url) : join(ROOT, 'dist', 'worker', url)
    const text = readFileSync(`${file}.map`, 'utf8')
    return new SourceMap(JSON.parse(text) as SourceMapPayload) // as esbuild writes it
  } catch {
    return undefined
  }
}

/** Source of a function: a path of ours, a package, or what the engine calls its own parts. */
function sourceOf({ functionName, url, lineNumber, columnNumber }: Node['callFrame']): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'built into the engine'
  if (url.startsWith('node:')) return url
  const entry = mapOf(url)?.findEntry(lineNumber, columnNumber)
  const source = entry !== undefined && 'originalSource' in entry ? entry.originalSource : url
  return source.replace(/^.*node_modules\//, '').replace(/^(\.\.\/)+/, '')
}

/** A package, or a folder of ours two levels deep. */
function areaOf(source: string): string {
  if (source.startsWith('(') || source === 'built into the engine') return source
  if (source.startsWith('node:')) return 'Node.js'
  const parts = source.split('/')
  return parts[0] === 'src' || parts[0]?.startsWith('@')
    ? parts.slice(0, parts[0] === 'src' ? 3 : 2).join('/')
    : (parts[0] ?? '')
}

function table(title: string, times: ReadonlyMap<string, number>, busy: number): string {
  const rows = [...times].toSorted(([, a], [, b]) => b - a).slice(0, LISTED)
  return markdown(
    [
      [title, 'left'],
      ['self time', 'right'],
    ],
    rows.map(([name, micros]) => [name, `${((100 * micros) / busy).toFixed(1)} %`]),
  )
}

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('say the folder that --profile was given')
const [file] = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))
if (file === undefined) throw new Error(`there is no CPU profile in ${folder}`)
const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile // Node wrote it
const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
const functions = new Map<string, number>()
const areas = new Map<string, number>()
let busy = 0
for (const [index, id] of samples.entries()) {
  const frame = frames.get(id)
  const micros = timeDeltas[index] ?? 0
  if (frame === undefined || frame.functionName === '(idle)') continue
  const source = sourceOf(frame)
  const name = frame.functionName.startsWith('(')
    ? frame.functionName
    : `${frame.functionName || 'anonymous'} (${source})`
  functions.set(name, (functions.get(name) ?? 0) + micros)
  areas.set(areaOf(source), (areas.get(areaOf(source)) ?? 0) + micros)
  busy += micros
}
process.stdout.write(`${table('function', functions, busy)}\n\n${table('where', areas, busy)}\n`)
