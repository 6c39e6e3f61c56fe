import { isStorableJson } from '#common/json.ts'
import { accept, refuse, refuseField, type Outcome, type Refusal } from '#common/outcome.ts'
import { isFeature, planOf } from './plans.ts'
import type { TenantState } from './tenant-state.ts'
import { Metadata, type AuthenticationMethod, type SubscriptionPlan, type TenantSettings } from './tenant-types.ts'

/** Length in code points of the NFC, trimmed form (G-46). */
export const textLength = (text: string): number => Array.from(text.normalize('NFC').trim()).length

export const normalizeName = (name: string): string => name.normalize('NFC').trim()

/** Control characters, and halves of surrogate pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u

export function checkTenantName(name: string): Outcome<string> {
  const length = textLength(name)
  if (length < 3 || length > 50 || UNPRINTABLE.test(name))
    return refuseField('/name', 'tenant.invalid_name', { min: 3, max: 50 })
  return accept(normalizeName(name))
}

export function checkDisplayName(name: string): Outcome<string> {
  const length = textLength(name)
  if (length < 1 || length > 100 || UNPRINTABLE.test(name)) {
    return refuseField('/displayName', 'user.invalid_display_name', { min: 1, max: 100 })
  }
  return accept(normalizeName(name))
}

/** Metadata is the client's own, but it must come back as it was given from every store. */
export const checkMetadata = (metadata: Metadata): Outcome<Metadata> =>
  isStorableJson(metadata) && Metadata.safeParse(metadata).success
    ? accept(metadata)
    : refuseField('/metadata', 'validation.invalid_format')

/** Ways to sign in that this version can carry out. */
const isUsable = (method: AuthenticationMethod) => method === 'password'

export function checkSettings(settings: TenantSettings, plan: SubscriptionPlan): Outcome<TenantSettings> {
  const unknown = settings.features.find((name) => !isFeature(name))
  if (unknown !== undefined) {
    return refuseField('/settings/features', 'tenant.invalid_settings', { reason: 'feature', value: unknown })
  }
  const { maxUsers } = planOf(plan)
  if (settings.maxUsers > maxUsers) {
    return refuseField('/settings/maxUsers', 'tenant.invalid_settings', { reason: 'maxUsers', value: maxUsers })
  }
  if (!settings.allowedAuthMethods.some(isUsable)) {
    return refuseField('/settings/allowedAuthMethods', 'tenant.invalid_settings', {
      reason: 'password',
      value: 'password',
    })
  }
  // A promise of a second factor that nothing keeps would be worse than a refusal.
  if (settings.securityPolicy.requireMfa) {
    return refuseField('/settings/securityPolicy/requireMfa', 'tenant.invalid_settings', {
      reason: 'requireMfa',
      value: 'requireMfa',
    })
  }
  return accept(settings)
}

/** Refuses when the tenant does not exist or is on its way out; otherwise gives its profile. */
export function activeTenant(tenant: TenantState): Outcome<Extract<TenantState, { status: 'active' }>> {
  if (tenant.status === 'none') return refuse('resource.not_found')
  if (tenant.status !== 'active') return refuse('tenant.deleted')
  return accept(tenant)
}

/** A refusal found among checks made one after another; undefined when all passed. */
export const firstRefusal = (...outcomes: readonly Outcome<unknown>[]): Refusal | undefined =>
  outcomes.map((outcome) => (outcome.ok ? undefined : outcome.error)).find((error) => error !== undefined)
