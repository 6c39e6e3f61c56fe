import { inject } from 'vitest'
import { openBroker, type Broker } from './broker.ts'
import type { RabbitMqProgram } from './provision.ts'

declare module 'vitest' {
  interface ProvidedContext {
    rabbitmq: RabbitMqProgram
  }
}

/**
 * Called once at the top of a test file of the project `node`. Where no RabbitMQ could be had, the file does not run, and
 * `npm test` says so. Returns how to make a broker, to be started, killed and removed by the test.
 */
export function testBroker(): () => Promise<Broker> {
  const rabbitmq = inject('rabbitmq')
  // `npm test` knows this start of the message, and reports the file as not run.
  if ('notRun' in rabbitmq) throw new Error(`not run: ${rabbitmq.notRun}`)
  return () => openBroker(rabbitmq.program)
}
