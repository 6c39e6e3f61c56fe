import { runOperation } from '#api/operations/run-operation.ts'
import type { TenantWriter } from '#domain/ports/tenant-writer.ts'
import type { Logger } from '#domain/ports/logger.ts'
import type { Projector } from '#domain/projection/projector.ts'
import type { WriterTools } from '#domain/writer/decide-batch.ts'
import { createDurableTenantWriter, type TenantNamespace } from '#infrastructure/workerd/durable-tenant-writer.ts'
import { projectAfterwards } from '#infrastructure/workerd/project-afterwards.ts'
import type { Member } from '../member.ts'
import type { Process } from '../process.ts'
import type { Queues } from '../queues.ts'
import { loggerOf, projectorOf } from '../read-models.ts'
import type { World } from '../world.ts'
import type { Objects } from './objects.ts'
import type { TurnWatch } from './turn-watch.ts'

/** Milliseconds for which an isolate is kept for a request that has been answered, or whose caller has gone. */
const KEPT_FOR = 30_000

export interface IsolateParts {
  readonly world: World
  readonly process: Process
  readonly objects: Objects
  readonly queues: Queues
  readonly turns: TurnWatch
  readonly seed: number
}

/** One life of an isolate of the Worker, bound together as `buildServices` does it. It serves many requests. */
export class Isolate {
  readonly #parts: IsolateParts
  readonly #tools: WriterTools
  readonly #namespace: TenantNamespace
  readonly #projector: Projector
  readonly #logger: Logger

  constructor(parts: IsolateParts) {
    const { world, process, objects, seed } = parts
    this.#parts = parts
    this.#tools = world.tools(0, seed)
    this.#namespace = { getByName: (tenantId) => objects.reachedFrom(process, tenantId) }
    this.#logger = loggerOf(world, process)
    this.#projector = projectorOf(world, {
      process,
      tools: this.#tools,
      writer: createDurableTenantWriter(this.#namespace, () => undefined),
      logger: this.#logger,
    })
  }

  get process(): Process {
    return this.#parts.process
  }

  /** What serves one request, or takes one message. */
  request(): Member {
    const { world, process, queues, turns } = this.#parts
    const { scheduler } = world
    const tools = this.#tools
    let isOver = false
    let isLeft = false
    let background = 0
    /** The turn that the request has. */
    let turn: number | undefined
    const done = () => (isOver ||= isLeft && background === 0)
    /** What of a request that is over is still to come does not come. */
    const kept = <Answer>(work: Promise<Answer>): Promise<Answer> =>
      new Promise((resolve, reject) => {
        work.then(
          (answer) => void (isOver || resolve(answer)),
          (fault: unknown) => void (isOver || reject(fault)),
        )
      })
    const seeTo = projectAfterwards({
      project: (tenantId, confirm) => {
        if (turn !== undefined) turns.begun(process, tenantId, turn)
        return kept(this.#projector.project(tenantId, (position) => kept(confirm(position))))
      },
      async confirmTurn(tenantId, end) {
        turns.ended(tenantId, end.turn)
        const next = await kept(writer.confirmTurn(tenantId, end))
        turn = next?.turn
        return next
      },
      queue: { publish: (wakeUps) => kept(queues.wakeUps.send(process, wakeUps)) },
      logger: this.#logger,
      inBackground: (work) => {
        background++
        void work.finally(() => {
          background--
          done()
        })
      },
      now: () => scheduler.now,
      wait: (milliseconds) => kept(process.wait(milliseconds)),
    })
    const writer = createDurableTenantWriter(this.#namespace, (tenantId, executed) => {
      const answered = kept(executed).then((answer) => {
        turn = answer.projection?.turn
        return answer
      })
      seeTo(tenantId, answered)
    })
    return {
      process,
      tools,
      writer: (tenantId) => writerOf(writer, tenantId),
      enqueue: (operation) => queues.operations.send(process, [operation]),
      project: async (tenantId) => {
        try {
          await kept(this.#projector.project(tenantId))
          return true
        } catch (fault) {
          this.#logger.error('projection failed', { tenantId, fault: String(fault) })
          return false
        }
      },
      run: async (operation, dispatch) => {
        const services = { writer, keyVault: tools.keyVault, publicUrl: 'http://acci.test' }
        await kept(runOperation(services, dispatch, operation)).catch((fault: unknown) =>
          this.#logger.warn('an operation will be tried again', { fault: String(fault) }),
        )
      },
      left: () => {
        isLeft = true
        done()
        scheduler.in(KEPT_FOR, () => (isOver = true))
      },
    }
  }
}

const writerOf = (writer: TenantWriter, tenantId: string): ReturnType<Member['writer']> => ({
  execute: (command, metadata) => writer.execute(tenantId, command, metadata),
  user: (userId) => writer.user(tenantId, userId),
  submitOperation: (id, asked) => writer.submitOperation(tenantId, id, asked),
  operation: (id) => writer.operation(tenantId, id),
})
