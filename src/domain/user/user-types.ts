import { z } from 'zod'
import { TaggedName } from '../tenant/tenant-types.ts'

export const UserRole = z.union([z.enum(['admin', 'user', 'readOnly']), z.strictObject({ custom: TaggedName })])
export type UserRole = z.infer<typeof UserRole>

export const RegistrationSource = z.union([
  z.enum(['selfService', 'adminInvite']),
  z.strictObject({ oauth: TaggedName }),
  z.strictObject({ saml: TaggedName }),
])
export type RegistrationSource = z.infer<typeof RegistrationSource>

export const DeactivationType = z.enum(['temporary', 'permanent'])
export type DeactivationType = z.infer<typeof DeactivationType>

export const DeactivationReason = z.union([
  z.enum(['userRequested', 'adminAction', 'securityViolation', 'inactive']),
  z.strictObject({ other: z.string().trim().min(1).max(200) }),
])
export type DeactivationReason = z.infer<typeof DeactivationReason>

export const UserStatus = z.enum(['invited', 'active', 'locked', 'deactivated'])
export type UserStatus = z.infer<typeof UserStatus>
