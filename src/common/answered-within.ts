import { UnavailableFault } from './unavailable-fault.ts'

/**
 * What was asked for, or a fault once nobody can wait for it any longer. The work itself goes on: whoever does it has bounds
 * of its own.
 *
 * @param milliseconds how long to wait
 */
export async function answeredWithin<Answer>(milliseconds: number, work: Promise<Answer>): Promise<Answer> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new UnavailableFault(`no answer within ${milliseconds} ms`)), milliseconds)
  try {
    return await Promise.race([work, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
