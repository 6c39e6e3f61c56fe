import { z } from '@hono/zod-openapi'
import { TenantId } from '#common/ids.ts'
import { FENCE_REASONS } from '#domain/ports/forwarding.ts'
import { FOLLOWERS } from '#domain/ports/outbox.ts'
import { VIEW_NAMES } from '#domain/projection/views.ts'

/** Tenants of a page: at the edge each of them is an object that is asked. */
const MOST_TENANTS = 100
const MOST_EVENTS = 1_000
/** Ids that are asked for at once: those of a page of events at most. */
const MOST_SUBJECTS = MOST_EVENTS

const Position = z.int().min(0).max(Number.MAX_SAFE_INTEGER)
/** Of a text for people, or of a name. */
const Text = (most: number) => z.string().trim().min(1).max(most)
const Limit = (most: number) => z.coerce.number().int().min(1).max(most).default(100)
const Common = { lang: z.string().optional() }
const FollowerChoice = { follower: z.enum(FOLLOWERS).default('forwarded') }

export const TenantPath = z.object({ tenantId: TenantId })
export const ViewPath = z.object({ tenantId: TenantId, view: z.enum(VIEW_NAMES) })

export const FollowerQuery = z.strictObject({ ...FollowerChoice, ...Common })
export const PageQuery = z.strictObject({
  after: z.union([z.literal(''), TenantId]).default(''),
  limit: Limit(MOST_TENANTS),
  ...FollowerChoice,
  ...Common,
})
export const LogQuery = z.strictObject({
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  limit: Limit(MOST_EVENTS),
  ...Common,
})

export const SubjectKeysBody = z.strictObject({ subjectIds: z.array(Text(64)).min(1).max(MOST_SUBJECTS) })
export const FenceReleaseBody = z.strictObject({
  fence: z.strictObject({ reason: z.enum(FENCE_REASONS), position: Position }),
  /** Position up to which the store has been seen to hold the log. */
  forwarded: Position,
  reason: Text(1_000),
  by: Text(200),
})
