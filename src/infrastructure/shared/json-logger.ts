import type { Logger } from '#domain/ports/logger.ts'

/** Field names whose values never reach a log, at any depth. */
const SECRET = /password|token|secret|authorization|credential|cookie|api_?key|master_?key|assertion/i
const MAX_DEPTH = 5
/** Names that have been looked at, whether they are secret. Most lines have the same few. */
const known = new Map<string, boolean>()
const MOST_KNOWN = 1_000

function isSecret(name: string): boolean {
  const answer = known.get(name)
  if (answer !== undefined) return answer
  const secret = SECRET.test(name)
  if (known.size < MOST_KNOWN) known.set(name, secret)
  return secret
}

/** The fields with every secret replaced: a second wall, since no caller should log one. */
function redact(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_DEPTH) return '…'
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, isSecret(key) ? '[redacted]' : redact(member, depth + 1)]),
  )
}

/** One JSON object a line, with time and level. */
export function createJsonLogger(write: (line: string) => void, now: () => number): Logger {
  const log =
    (level: string) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
      const line = { time: new Date(now()).toISOString(), level, message, ...(redact(fields) as object) } // redact keeps objects objects
      write(JSON.stringify(line))
    }
  return { info: log('info'), warn: log('warn'), error: log('error') }
}
