import { z } from 'zod'
import { EmailAddress } from '#common/email.ts'
import { TenantId, UserId } from '#common/ids.ts'
import { defineEvent, type EventOf } from '../events/event-definition.ts'
import { DeletionReason, Metadata, SubscriptionPlan, TenantSettings } from './tenant-types.ts'

/**
 * Seed lines 900–939. The admin's address is personal to the admin, so it is sealed under the admin's key. Metadata belongs
 * to the tenant: an event seals for one subject only, so metadata given at creation follows as `tenant.updated`.
 */
export const TenantCreated = defineEvent({
  type: 'tenant.created',
  aggregate: 'tenant',
  version: '1.0.0',
  data: z.strictObject({
    tenantId: TenantId,
    name: z.string(),
    slug: z.string(),
    subscriptionPlan: SubscriptionPlan,
    adminUserId: UserId,
    settings: TenantSettings,
  }),
  personal: z.strictObject({ adminEmail: EmailAddress }),
})

export const TENANT_FIELDS = ['name', 'subscriptionPlan', 'metadata', 'settings'] as const

/** A field named in `updatedFields` without a value was cleared (G-34). */
export const TenantUpdated = defineEvent({
  type: 'tenant.updated',
  aggregate: 'tenant',
  version: '1.0.0',
  data: z.strictObject({
    tenantId: TenantId,
    name: z.string().optional(),
    subscriptionPlan: SubscriptionPlan.optional(),
    settings: TenantSettings.optional(),
    updatedFields: z.array(z.enum(TENANT_FIELDS)).min(1),
  }),
  personal: z.strictObject({ metadata: Metadata.optional() }),
})

export const TenantDeleted = defineEvent({
  type: 'tenant.deleted',
  aggregate: 'tenant',
  version: '1.0.0',
  data: z.strictObject({
    tenantId: TenantId,
    deletionReason: DeletionReason,
    /** ISO 8601. */
    dataRetentionPeriod: z.string(),
    /** Set when a system admin deleted against the rules on active users or subscription (G-15). */
    forcedBecause: z.string().optional(),
  }),
})

export type TenantEvent = EventOf<typeof TenantCreated> | EventOf<typeof TenantUpdated> | EventOf<typeof TenantDeleted>
