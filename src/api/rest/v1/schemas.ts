import { z } from '@hono/zod-openapi'
import { EmailAddress } from '#common/email.ts'
import { OperationId, SessionId, TenantId, UserId } from '#common/ids.ts'
import { isStorableJson } from '#common/json.ts'
import { SORT_ORDERS, TENANT_SORT_FIELDS, USER_SORT_FIELDS } from '#domain/ports/read-models.ts'
import {
  AuthenticationMethod,
  DeletionReason,
  SubscriptionPlan,
  TenantSettings,
  TenantSlug,
  TenantStatus,
} from '#domain/tenant/tenant-types.ts'
import { DeactivationReason, DeactivationType, UserRole, UserStatus } from '#domain/user/user-types.ts'

const MetadataBody = z.record(z.string().max(128), z.unknown()).openapi({ type: 'object' })
const timestamp = z.iso.datetime()

export const TenantPath = z.object({ tenantId: TenantId })
export const UserPath = z.object({ tenantId: TenantId, userId: UserId })

export const OperationPath = z.object({ operationId: OperationId })

export const OperationResponse = z
  .object({
    operationId: z.string(),
    /** All but `pending` are final. */
    status: z.enum(['pending', 'succeeded', 'failed', 'expired']),
    createdAt: timestamp,
    completedAt: timestamp.optional(),
    response: z
      .object({
        status: z.int(),
        headers: z.record(z.string(), z.string()),
        body: z.unknown().openapi({ type: 'object' }),
      })
      .openapi({ description: 'As it would have been given at once: a resource, or a problem.' })
      .optional(),
  })
  .openapi('Operation')

export const CreateTenantRequest = z
  .strictObject({
    name: z.string(),
    slug: TenantSlug.optional(),
    subscriptionPlan: SubscriptionPlan,
    adminEmail: EmailAddress,
    metadata: MetadataBody.optional(),
    settings: TenantSettings,
    inviteDelivery: z.enum(['email', 'return']).default('email'),
  })
  .openapi('CreateTenantRequest')

export const InvitationResponse = z.object({ token: z.string(), expiresAt: timestamp }).openapi('Invitation')

export const TenantResponse = z
  .object({
    tenantId: TenantId,
    name: z.string(),
    slug: z.string(),
    subscriptionPlan: SubscriptionPlan,
    adminEmail: z.string(),
    metadata: MetadataBody.optional(),
    settings: z
      .unknown()
      .openapi({ type: 'object', description: 'As TenantSettings of the request; durations in ISO 8601.' }),
    status: TenantStatus,
    createdAt: timestamp,
    updatedAt: timestamp,
    invitation: InvitationResponse.optional(),
  })
  .openapi('Tenant')

/** JSON Merge Patch: a missing field stays, null clears, objects merge. */
export const UpdateTenantRequest = z
  .strictObject({
    name: z.string().optional(),
    subscriptionPlan: SubscriptionPlan.optional(),
    metadata: MetadataBody.nullable().optional(),
    settings: z.record(z.string(), z.unknown()).openapi({ type: 'object' }).optional(),
  })
  .openapi('UpdateTenantRequest')

export const DeleteTenantRequest = z
  .strictObject({
    deletionReason: DeletionReason,
    dataRetentionPeriod: z.string().max(40).optional(),
    /** System admins only: why it is deleted although users are active or a subscription runs. */
    forcedBecause: z.string().trim().min(1).max(500).optional(),
  })
  .openapi('DeleteTenantRequest')

export const RegisterUserRequest = z
  .strictObject({
    email: EmailAddress,
    role: UserRole,
    displayName: z.string().optional(),
    metadata: MetadataBody.optional(),
    inviteDelivery: z.enum(['email', 'return']).default('email'),
  })
  .openapi('RegisterUserRequest')

export const ReinviteUserRequest = z
  .strictObject({ delivery: z.enum(['email', 'return']).default('email') })
  .openapi('ReinviteUserRequest')

export const UserResponse = z
  .object({
    userId: UserId,
    tenantId: TenantId,
    email: z.string(),
    displayName: z.string().optional(),
    role: UserRole,
    status: UserStatus,
    metadata: MetadataBody.optional(),
    createdAt: timestamp,
    updatedAt: timestamp,
    lastLogin: timestamp.optional(),
    invitation: InvitationResponse.optional(),
  })
  .openapi('User')

export const UpdateUserRequest = z
  .strictObject({
    email: EmailAddress.optional(),
    displayName: z.string().nullable().optional(),
    role: UserRole.optional(),
    metadata: MetadataBody.nullable().optional(),
  })
  .openapi('UpdateUserRequest')

export const DeactivateUserRequest = z
  .strictObject({
    reason: DeactivationReason,
    deactivationType: DeactivationType,
    reactivationDate: z.iso.datetime({ offset: true }).optional(),
  })
  .openapi('DeactivateUserRequest')

export const AcceptInvitationRequest = z
  .strictObject({ token: z.string().max(200), password: z.string().max(1_024), displayName: z.string().optional() })
  .openapi('AcceptInvitationRequest')

export const LoginRequest = z
  .strictObject({
    email: EmailAddress,
    authMethod: AuthenticationMethod,
    credentials: z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('password'), password: z.string().min(1).max(128) }),
    ]),
    tenant: z.string().max(64).optional(),
  })
  .openapi('LoginRequest')

export const LoginResponse = z
  .object({ sessionId: SessionId, user: UserResponse, token: z.string(), expiresAt: timestamp })
  .openapi('LoginResponse')

const paging = {
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  pageSize: z.coerce.number().int().min(1).max(100).default(20),
  sortOrder: z.enum(SORT_ORDERS).default('asc'),
}

/** A text to look for. One that no store can hold is not sent to the store: PostgreSQL takes it for a fault. */
const filterText = (maxLength: number) => z.string().max(maxLength).refine(isStorableJson)

export const ListTenantsQuery = z.strictObject({
  ...paging,
  sortBy: z.enum(TENANT_SORT_FIELDS).default('createdAt'),
  status: TenantStatus.optional(),
  plan: filterText(64).optional(),
  name: filterText(50).optional(),
  lang: z.string().optional(),
})

export const ListUsersQuery = z.strictObject({
  ...paging,
  sortBy: z.enum(USER_SORT_FIELDS).default('createdAt'),
  status: UserStatus.optional(),
  role: filterText(64).optional(),
  search: filterText(100).optional(),
  lang: z.string().optional(),
})

export const pageOf = <Item extends z.ZodType>(item: Item, name: string) =>
  z.object({ items: z.array(item), page: z.int(), pageSize: z.int(), total: z.int() }).openapi(name)

export const EventsQuery = z.strictObject({
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  lang: z.string().optional(),
})

export const EventsResponse = z
  .object({ items: z.array(z.unknown().openapi({ type: 'object', description: 'A whole event envelope.' })) })
  .openapi('EventLog')

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    requestId: z.string(),
    errors: z.array(z.object({ pointer: z.string(), code: z.string(), detail: z.string() })).optional(),
  })
  .openapi('Problem')
