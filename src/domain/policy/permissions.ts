/**
 * Every action that can be asked for, and the kind of resource it is asked of. The only list: `PolicyAction` comes from
 * it, the Polar files may name nothing else, and the decision tests fail for an action they have no expectation for.
 *
 * Actions on a collection (`user.register`, `user.list`) are asked of the tenant that holds it: one decision for the
 * list, none per row.
 */
export const PERMISSIONS = {
  'tenant.create': 'tenantDirectory',
  'tenant.list': 'tenantDirectory',
  'tenant.read': 'tenant',
  'tenant.update': 'tenant',
  'tenant.delete': 'tenant',
  'user.register': 'tenant',
  'user.list': 'tenant',
  'user.read': 'user',
  'user.reinvite': 'user',
  'user.update_profile': 'user',
  'user.update_role': 'user',
  'user.deactivate': 'user',
  'user.reactivate': 'user',
  'session.end': 'session',
  'events.read': 'eventLog',
  'events.read_personal': 'eventLog',
} as const

/** An action of the table above. */
export type PolicyAction = keyof typeof PERMISSIONS

/** What an action can be asked of. */
export type PolicyResourceKind = (typeof PERMISSIONS)[PolicyAction]
