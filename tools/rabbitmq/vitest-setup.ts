import type { TestProject } from 'vitest/node'
import { provisionRabbitMq } from './provision.ts'

/** Global setup of the vitest project `node`: only sees to it that there is a RabbitMQ. Files that need one start their own. */
export default function setup(project: TestProject): void {
  project.provide('rabbitmq', provisionRabbitMq())
}
