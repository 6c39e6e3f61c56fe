import { LoggedOut, LoginFailed, LoginSucceeded, type AuthEvent } from '../auth/auth-events.ts'
import { TenantCreated, TenantDeleted, TenantUpdated, type TenantEvent } from '../tenant/tenant-events.ts'
import {
  UserDeactivated,
  UserInvitationAccepted,
  UserInvited,
  UserPasswordSet,
  UserProfileUpdated,
  UserReactivated,
  UserRegistered,
  type UserEvent,
} from '../user/user-events.ts'
import { liftPayload, type EventDefinition, type EventPayload } from './event-definition.ts'

export type DomainEvent = TenantEvent | UserEvent | AuthEvent
export type EventType = DomainEvent['type']

/** Every event type there is. Views, goldens and evolvers are checked against this table. */
export const EVENT_DEFINITIONS = {
  'tenant.created': TenantCreated,
  'tenant.updated': TenantUpdated,
  'tenant.deleted': TenantDeleted,
  'user.registered': UserRegistered,
  'user.invited': UserInvited,
  'user.invitation_accepted': UserInvitationAccepted,
  'user.password_set': UserPasswordSet,
  'user.profile_updated': UserProfileUpdated,
  'user.deactivated': UserDeactivated,
  'user.reactivated': UserReactivated,
  'auth.login_succeeded': LoginSucceeded,
  'auth.login_failed': LoginFailed,
  'auth.logout': LoggedOut,
} as const satisfies { readonly [Type in EventType]: EventDefinition<Type> }

export const EVENT_TYPES = Object.keys(EVENT_DEFINITIONS) as readonly EventType[] // the keys of the table just above

export const isEventType = (type: string): type is EventType => Object.hasOwn(EVENT_DEFINITIONS, type)

/** Why a stored event cannot be understood by this version of the product. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent'
}

/**
 * Brings a stored payload to the current schema (see `liftPayload`).
 * @throws UnreadableEvent for an unknown type or major version.
 */
export function readEvent(type: string, schemaVersion: string, payload: EventPayload): DomainEvent {
  if (!isEventType(type)) throw new UnreadableEvent(`unknown event type ${type}`)
  const current = liftPayload(EVENT_DEFINITIONS[type], schemaVersion, payload)
  if (!current) throw new UnreadableEvent(`${type} ${schemaVersion} has no way up`)
  return { type, ...current } as unknown as DomainEvent // the stored form was validated strictly when it was written
}

/** Checks an event against its current schema, strictly, before it is written. Throws on a fault: deciders must not err. */
export function validateEvent(event: DomainEvent): EventPayload {
  const definition: EventDefinition = EVENT_DEFINITIONS[event.type]
  const data = definition.data.parse(event.data) as EventPayload['data'] // every schema describes a JSON object
  if (!definition.personal) return { data }
  const personal = definition.personal.parse(event.personal ?? {}) as EventPayload['data'] // as above
  return { data, personal }
}
