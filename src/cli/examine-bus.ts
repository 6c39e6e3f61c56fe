import { faultText } from '#infrastructure/node/rabbitmq/connect.ts'
import { examineBroker, type BrokerState } from '#infrastructure/node/rabbitmq/examine-broker.ts'
import type { Configuration } from '#infrastructure/shared/configuration.ts'
import type { Finding } from './doctor.ts'

/** Of RabbitMQ: major, minor. Replicated queues have time limits from then on. */
const OLDEST: readonly [number, number] = [3, 10]

/** @param patience milliseconds until a server that does not answer is given up */
export async function examineBus({ RABBITMQ_URL: url }: Configuration, patience: number): Promise<readonly Finding[]> {
  const check = 'bus'
  if (url === undefined) return [{ check, status: 'ok', detail: 'in process' }]
  try {
    const broker = await examineBroker(url, patience)
    return [serverOf(broker), queuesOf(broker)]
  } catch (fault) {
    const denied = typeof fault === 'object' && fault !== null && 'code' in fault && fault.code === 'ACCESS_REFUSED'
    return [
      {
        check,
        status: 'failed',
        detail: `RabbitMQ: ${denied ? 'refuses the user' : faultText(fault)}`,
        remedy: denied
          ? 'check user and password in RABBITMQ_URL, and the user’s rights: to configure, write and read'
          : 'is it running, and RABBITMQ_URL right? Each process does its own work meanwhile; events go out on its return',
      },
    ]
  }
}

function serverOf({ version, latency }: BrokerState): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const old = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])
  return {
    check: 'bus',
    status: old ? 'failed' : 'ok',
    detail: `RabbitMQ ${version}`,
    latency,
    ...(old && { remedy: `use ${OLDEST.join('.')} or later` }),
  }
}

function queuesOf({ events, commands, deadLetters }: BrokerState): Finding {
  const check = 'queues'
  if (events === undefined || commands === undefined || deadLetters === undefined)
    return { check, status: 'warning', detail: 'not declared yet', remedy: 'start the server: it declares them' }
  const detail = `${events} events and ${commands} commands wait; ${deadLetters} dead letters`
  if (deadLetters === 0) return { check, status: 'ok', detail }
  return {
    check,
    status: 'warning',
    detail,
    remedy: 'the server’s log says why; look at dead_letters.parked, then purge it: nothing waits for what is there',
  }
}
