import { openAnswer, seal } from '#api/operations/sealed-request.ts'
import type { Outcome } from '#common/outcome.ts'
import type { Receipt } from '#domain/writer/command.ts'
import { isFinal } from '#domain/writer/operations.ts'
import type { Order } from './client.ts'
import type { Cluster, Member } from './member.ts'
import { overNetwork } from './network.ts'
import type { World } from './world.ts'

const ASK_AGAIN_AFTER = 8_000

/** Sends an order that is to be answered later, and asks for its answer until it has come to an end. */
export async function runLater(cluster: Cluster, world: World, tenantId: string, order: Order) {
  const { scheduler } = world
  const operationId = `op ${order.key}`
  const principal = { tenantId, userId: 'usr', sessionId: 'ses' }
  const kept = { method: 'POST', path: '/', headers: {}, body: JSON.stringify(order), principal, clientAddress: '' }
  const asked = scheduler.steps
  const ask = <T>(what: string, of: (member: Member) => Promise<T>) => overNetwork(world, cluster, order.key, what, of)
  const pause = () => new Promise<void>((resolve) => scheduler.in(scheduler.random.next() * ASK_AGAIN_AFTER, resolve))

  const submit = async (replica: Member) => {
    const request = seal(replica.tools.keyVault, operationId, kept)
    const row = await replica.writer(tenantId).submitOperation(operationId, { userId: principal.userId, request })
    await replica.enqueue({ tenantId, operationId }).catch(() => undefined)
    return row
  }
  while (!(await ask('submit', submit))) await pause()

  for (;;) {
    await pause()
    const known = await ask('operation', async (replica) => ({
      row: await replica.writer(tenantId).operation(operationId),
      keyVault: replica.tools.keyVault,
    }))
    if (!known) continue
    const { row, keyVault } = known
    if (!row) {
      world.violated('an operation is kept', operationId)
      return undefined
    }
    if (!isFinal(row)) continue
    if (row.answer === undefined) return undefined
    const outcome = JSON.parse(openAnswer(keyVault, operationId, row.answer).body) as Outcome<Receipt> // written below
    if ((row.status === 'succeeded') !== outcome.ok) world.violated('an operation ends as it was answered', operationId)
    return { outcome, asked }
  }
}

/** Stands in for the API: what is kept is a command. */
export const dispatchTo =
  (replica: Member, tenantId: string, world: World) =>
  async (request: Request): Promise<Response> => {
    const { command, metadata } = JSON.parse(await request.text()) as Order // kept above
    const sent = world.variant.metadata?.(metadata) ?? metadata
    const outcome = await replica
      .writer(tenantId)
      .execute(command, sent)
      .catch(() => undefined)
    if (!outcome) return new Response('', { status: 503 })
    return new Response(JSON.stringify(outcome), { status: outcome.ok ? 200 : 409 })
  }
