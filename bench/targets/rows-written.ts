import { run } from '../../tools/run.ts'
import type { NotMeasured, Reading } from '../measure/reading.ts'

const TEST = 'test/infrastructure/sqlite-tenant-storage.workerd.test.ts'
const CASE = 'is three rows written for a plain command'
/** What that test holds the rows of a plain command to. */
const ROWS = 3

/** List prices in US dollars a million, as design and figures of the project take them. */
const PRICE = { workerRequest: 0.3, objectRequest: 0.15, rowWritten: 1 } as const
/** A command is one request to the Worker and one to the tenant's object. */
const COMMAND = PRICE.workerRequest + PRICE.objectRequest + ROWS * PRICE.rowWritten
/** What comes at most so often a second, however many commands there are. */
const BESIDE = [
  // The session is asked for at the object once in 0.8 s.
  { perSecond: 1.25, price: PRICE.objectRequest },
  // A projection reads the log and confirms. The answer to a command brings it, so that it takes no message.
  { perSecond: 4, price: 2 * PRICE.objectRequest },
  // The sweep: an alarm is set, which is a row, and goes off.
  { perSecond: 1 / 30, price: PRICE.rowWritten + PRICE.objectRequest },
  // How far the projector has come is written down.
  { perSecond: 1 / 60, price: PRICE.rowWritten },
] as const

/** What a million commands cost when a tenant is sent so many a second. */
export const pricePerMillion = (commandsPerSecond: number): number =>
  BESIDE.reduce((sum, { perSecond, price }) => sum + price * Math.min(1, perSecond / commandsPerSecond), COMMAND)

/** Target 15: rows come from the test that counts them in a real object; the price is reckoned from them. */
export async function rowsWritten(): Promise<readonly (Reading | NotMeasured)[]> {
  const what = 'rows written a command, counted in an object by its test'
  const { code, output } = await run('vitest', ['run', '--project', 'workerd', TEST, '-t', CASE])
  const rows: Reading | NotMeasured =
    code === 0 && /1 passed/.test(output)
      ? { target: 15, what, goal: { atMost: 3 }, value: ROWS }
      : { target: 15, what, notMeasured: `${TEST} does not pass` }
  const prices = [100, 1].map((perSecond): Reading => ({
    target: 15,
    what: `a million commands at list price, reckoned, tenant with ${perSecond}/s`,
    goal: { atMost: 4 },
    value: pricePerMillion(perSecond),
    unit: '$',
  }))
  return [rows, ...prices]
}
