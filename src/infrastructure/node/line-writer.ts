import { writeSync } from 'node:fs'

interface Output {
  readonly fd: number
  write(text: string): unknown
}

/** Milliseconds that a line may be held back. */
const HELD = 50

/**
 * Writes lines, those of a moment together: a write costs as much as a good part of a request. What is still held when the
 * process ends goes out then.
 */
export function lineWriter(output: Output): (line: string) => void {
  let held = ''
  const release = () => {
    const text = held
    held = ''
    output.write(text)
  }
  process.on('exit', () => {
    if (held !== '') writeSync(output.fd, held)
  })
  return (line) => {
    if (held === '') setTimeout(release, HELD)
    held += `${line}\n`
  }
}
