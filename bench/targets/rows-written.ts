import { run } from '../../tools/run.ts'
import type { NotMeasured, Reading } from '../measure/reading.ts'

const TEST = 'test/infrastructure/sqlite-tenant-storage.workerd.test.ts'
const CASE = 'is three rows written for a plain command'
/** What that test holds the rows of a plain command to. */
const ROWS = 3

/** List prices in US dollars a million, as design and figures of the project take them. */
const PRICE = { workerRequest: 0.3, objectRequest: 0.15, rowWritten: 1, queueOperation: 0.4 } as const
/** A command is one request to the Worker and one to the tenant's object. */
const COMMAND = PRICE.workerRequest + PRICE.objectRequest + ROWS * PRICE.rowWritten
/** A session is asked for at the object once in 0.8 s. */
const SESSION = { perSecond: 1.25, price: PRICE.objectRequest } as const
/**
 * A wake-up of the projector, of which a busy tenant sends four a second: a message is written, read and deleted; the
 * projector reads the log and says how far it got, which is a row.
 */
const WAKE_UP = {
  perSecond: 4,
  price: 3 * PRICE.queueOperation + 2 * PRICE.objectRequest + PRICE.rowWritten,
} as const

/** What a million commands cost when a tenant is sent so many a second. */
export function pricePerMillion(commandsPerSecond: number): number {
  const share = ({ perSecond, price }: { readonly perSecond: number; readonly price: number }) =>
    price * Math.min(1, perSecond / commandsPerSecond)
  return COMMAND + share(SESSION) + share(WAKE_UP)
}

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
