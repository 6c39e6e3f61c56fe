import { EmailAddress } from '#common/email.ts'
import { createInput, settings, userIdOf } from '../support/subjects.ts'
import type { Acknowledged, Order } from './client.ts'
import type { Cluster } from './member.ts'
import { overNetwork } from './network.ts'
import { emailIndexOf } from './tools.ts'
import type { TenantRecords, World } from './world.ts'

/** Users a tenant has room for, beside its admin. */
export const ROOM = 4
const SETTINGS = settings({ maxUsers: ROOM + 1 })
const EMAIL = EmailAddress.parse('ada@example.com')

/** Brings a tenant into being, however long that takes. */
export async function found(world: World, cluster: Cluster, { tenantId }: TenantRecords): Promise<Acknowledged> {
  const key = `founding of ${tenantId}`
  const order: Order = {
    key,
    command: {
      type: 'tenant.create',
      input: createInput({
        tenantId,
        slug: tenantId.slice(-8).toLowerCase(),
        adminUserId: userIdOf(1),
        adminEmail: EMAIL,
        adminEmailIndex: emailIndexOf(EMAIL),
        settings: SETTINGS,
      }),
    },
    metadata: {
      commandId: `cmd ${key}`,
      actor: { type: 'system' },
      correlationId: key,
      replay: { recordId: key, fingerprint: key },
    },
  }
  for (;;) {
    const outcome = await overNetwork(world, cluster, 'founder', 'tenant.create', (replica) =>
      replica.writer(tenantId).execute(order.command, order.metadata),
    )
    if (outcome?.ok) return { order, receipt: outcome.value }
    await new Promise<void>((resolve) => world.scheduler.in(500, resolve))
  }
}
