import type { Logger } from '#domain/ports/logger.ts'

export interface LoggedLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** A logger that keeps its lines. */
export function keptLines() {
  const lines: LoggedLine[] = []
  const at =
    (level: LoggedLine['level']): Logger[typeof level] =>
    (message, fields = {}) =>
      void lines.push({ level, message, fields })
  const logger: Logger = { info: at('info'), warn: at('warn'), error: at('error') }
  return { lines, logger }
}
