import { readdirSync, readFileSync } from 'node:fs'
import { withClient } from '../../tools/postgres/provision.ts'

/** Linux counts CPU time in hundredths of a second, whatever its clock. */
const TICK_MICROS = 10_000

interface ProcessTime {
  readonly pid: number
  readonly parent: number
  readonly micros: number
}

/** What the kernel knows of a process; undefined when it has ended, or where there is no /proc. */
function processTime(pid: number): ProcessTime | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold anything, so fields are counted from its end: state, parent, … user, system, and both of
    // the children that have ended.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    return { pid, parent: Number(fields[1]), micros: ticks * TICK_MICROS }
  } catch {
    return undefined
  }
}

/** A process and all its descendants. */
function treeOf(root: number): readonly ProcessTime[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (processTime(Number(name)) ?? []) : []))
  const tree = new Set([root])
  // Parents may have higher numbers than their children, so it takes as many passes as the tree is deep.
  for (let size = 0; size !== tree.size;) {
    size = tree.size
    for (const { pid, parent } of all) if (tree.has(parent)) tree.add(pid)
  }
  return all.filter(({ pid }) => tree.has(pid))
}

/** Process ids of a process and all its descendants; none where there is no /proc. */
export const processTree = (root: number): readonly number[] =>
  processTime(root) ? treeOf(root).map(({ pid }) => pid) : []

/** CPU time of a process and all its descendants so far, in microseconds; undefined where there is no /proc. */
export function cpuTime(root: number): number | undefined {
  return processTime(root) ? treeOf(root).reduce((sum, { micros }) => sum + micros, 0) : undefined
}

/** Process id of the database server, if it runs on this machine. */
export async function serverPid(databaseUrl: string): Promise<number | undefined> {
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(new URL(databaseUrl).hostname)) return undefined
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    // Read while the connection stands: its process ends with it.
    return serverOf(rows[0]?.pid ?? 0)
  })
}

/** Parent of a server process, if it is one: a server in a container has numbers of its own behind a port of this machine. */
function serverOf(pid: number): number | undefined {
  try {
    if (!readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres')) return undefined
  } catch {
    return undefined
  }
  return processTime(pid)?.parent
}
