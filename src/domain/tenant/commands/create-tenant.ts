import type { EmailAddress } from '#common/email.ts'
import type { TenantId, UserId } from '#common/ids.ts'
import { accept, refuse } from '#common/outcome.ts'
import type { Mail } from '../../ports/mailer.ts'
import { inviteUser, type InvitationInput } from '../../user/invite-user.ts'
import type { UserRole } from '../../user/user-types.ts'
import { defineCommand, type DraftEvent } from '../../writer/command.ts'
import { initialTenant } from '../tenant-state.ts'
import { checkMetadata, checkSettings, checkTenantName, firstRefusal } from '../tenant-rules.ts'
import type { Metadata, SubscriptionPlan, TenantSettings } from '../tenant-types.ts'

export interface CreateTenantInput {
  readonly tenantId: TenantId
  readonly name: string
  readonly slug: string
  readonly subscriptionPlan: SubscriptionPlan
  readonly adminUserId: UserId
  readonly adminEmail: EmailAddress
  /** Keyed hash of the address, the form uniqueness is decided in. */
  readonly adminEmailIndex: string
  readonly metadata?: Metadata
  readonly settings: TenantSettings
  readonly invitation: InvitationInput
  readonly mail?: Mail
}

/** Seed lines 1200–1212. Creates the tenant, its first admin and the admin's invitation in one transaction (G-4). */
export const createTenant = defineCommand({
  type: 'tenant.create',
  async load(input: CreateTenantInput, rows) {
    const [tenant] = await Promise.all([
      rows.read('tenant', input.tenantId),
      rows.read('user', input.adminUserId),
      rows.read('roster', input.tenantId),
      rows.read('subjectKey', input.adminUserId),
      rows.read('subjectKey', input.tenantId),
    ])
    return { tenant: tenant ?? initialTenant() }
  },
  decide(input, { tenant }, context) {
    if (tenant.status !== 'none') return refuse('tenant.already_exists')
    const name = checkTenantName(input.name)
    const settings = checkSettings(input.settings, input.subscriptionPlan)
    const fault = firstRefusal(name, settings, input.metadata ? checkMetadata(input.metadata) : accept(true))
    if (fault || !name.ok || !settings.ok) return { ok: false, error: fault ?? { code: 'validation.failed' } }

    const { tenantId, adminUserId, adminEmail, metadata } = input
    const created: DraftEvent = {
      aggregateId: tenantId,
      subjectId: adminUserId,
      event: {
        type: 'tenant.created',
        data: {
          tenantId,
          name: name.value,
          slug: input.slug,
          subscriptionPlan: input.subscriptionPlan,
          adminUserId,
          settings: settings.value,
        },
        personal: { adminEmail },
      },
    }
    const described: DraftEvent[] = metadata
      ? [
          {
            aggregateId: tenantId,
            event: { type: 'tenant.updated', data: { tenantId, updatedFields: ['metadata'] }, personal: { metadata } },
          },
        ]
      : []
    const role: UserRole = 'admin'
    const invited = inviteUser(
      {
        tenantId,
        userId: adminUserId,
        email: adminEmail,
        emailIndex: input.adminEmailIndex,
        role,
        registrationSource: 'adminInvite',
        invitation: input.invitation,
        ...(input.mail && { mail: input.mail }),
      },
      context,
    )
    return accept({
      ...invited,
      events: [created, ...described, ...invited.events],
      aggregate: { type: 'tenant', id: tenantId },
    })
  },
})
