import type { SubscriptionPlan } from './tenant-types.ts'

interface Plan {
  /** Plans are ordered by rank: going to a lower one is a downgrade (G-37). */
  readonly rank: number
  /** Seats the plan includes (G-13). */
  readonly maxUsers: number
  /** Whether deleting the tenant first needs the subscription to end (G-15). */
  readonly paid: boolean
}

const PLANS = {
  free: { rank: 0, maxUsers: 1_000, paid: false },
  professional: { rank: 1, maxUsers: 100_000, paid: true },
  enterprise: { rank: 2, maxUsers: 1_000_000, paid: true },
} as const satisfies Record<string, Plan>

/** A custom plan is agreed with the customer: it ranks above the listed ones. */
const CUSTOM: Plan = { rank: 3, maxUsers: 1_000_000, paid: true }

export const planOf = (plan: SubscriptionPlan): Plan => (typeof plan === 'string' ? PLANS[plan] : CUSTOM)

/** Features a tenant may switch on (G-77). Unknown names are refused. */
export const FEATURES = [
  'api-keys',
  'audit',
  'audit-export',
  'custom-domain',
  'custom-roles',
  'export',
  'graphql',
  'live-updates',
  'mfa',
  'reports',
  'scim',
  'sso',
  'webhooks',
] as const

export const isFeature = (name: string): boolean => (FEATURES as readonly string[]).includes(name)
