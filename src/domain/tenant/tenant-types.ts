import { z } from 'zod'
import { durationBetween } from '#common/duration.ts'
import type { Json } from '#common/json.ts'

/** The name inside an enum member that carries data: `{"custom": "gold"}` (G-82). */
export const TaggedName = z.string().regex(/^[a-z0-9_-]{1,64}$/)

export const SubscriptionPlan = z.union([
  z.enum(['free', 'professional', 'enterprise']),
  z.strictObject({ custom: TaggedName }),
])
export type SubscriptionPlan = z.infer<typeof SubscriptionPlan>

export const AuthenticationMethod = z.union([
  z.enum(['password', 'totp', 'webAuthn']),
  z.strictObject({ oauth: TaggedName }),
  z.strictObject({ saml: TaggedName }),
])
export type AuthenticationMethod = z.infer<typeof AuthenticationMethod>

export const DeletionReason = z.union([
  z.enum(['userRequested', 'violation', 'inactive']),
  z.strictObject({ other: z.string().trim().min(1).max(200) }),
])
export type DeletionReason = z.infer<typeof DeletionReason>

export const TenantStatus = z.enum(['active', 'suspended', 'pendingDeletion', 'purged'])
export type TenantStatus = z.infer<typeof TenantStatus>

export const SubscriptionStatus = z.enum(['trialing', 'active', 'pastDue', 'cancelled'])
export type SubscriptionStatus = z.infer<typeof SubscriptionStatus>

/** Free JSON of the client's own, as an object. */
export type Metadata = { readonly [key: string]: Json }
export const Metadata: z.ZodType<Metadata> = z.record(z.string().max(128), z.json())

/** An IPv4 or IPv6 address or CIDR block. */
export const IpRange = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])

export const SecurityPolicy = z.strictObject({
  passwordMinLength: z.int().min(8).max(128).default(8),
  requireMfa: z.boolean().default(false),
  /** Wrong passwords before the lock; 0 turns the lock off (G-41). */
  maxLoginAttempts: z.int().min(0).max(10).default(5),
  /** Idle limit of a session; 24 h is the absolute one (G-2). */
  sessionTimeout: durationBetween('1m', '24h').default('PT1H'),
  /** Addresses sign-in is allowed from; empty means anywhere. */
  allowedIpRanges: z.array(IpRange).max(100).default([]),
})
export type SecurityPolicy = z.infer<typeof SecurityPolicy>

const DOMAIN_NAME = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/

export const DomainName = z.string().trim().toLowerCase().regex(DOMAIN_NAME)

const sameMethod = (a: AuthenticationMethod, b: AuthenticationMethod) => JSON.stringify(a) === JSON.stringify(b)

export const TenantSettings = z.strictObject({
  allowedAuthMethods: z
    .array(AuthenticationMethod)
    .min(1)
    .max(20)
    .transform((methods) =>
      methods.filter((method, index) => methods.findIndex((other) => sameMethod(method, other)) === index),
    ),
  maxUsers: z.int().min(1).max(1_000_000),
  /** A set: order and repetition mean nothing, so it is kept sorted. */
  features: z
    .array(TaggedName)
    .max(200)
    .default([])
    .transform((names) => [...new Set(names)].toSorted()),
  customDomain: DomainName.optional(),
  securityPolicy: SecurityPolicy,
})
export type TenantSettings = z.infer<typeof TenantSettings>

/** Lower-case letters, digits and inner hyphens, 3 to 63 of them: usable as a DNS label. */
export const TenantSlug = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$/)
