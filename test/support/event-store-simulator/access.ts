import type { SimulatedStore } from './simulated-store.ts'

export const USERS: Readonly<Record<string, string>> = { admin: 'changeit', ops: 'changeit', reader: 'reads only' }

export type Operation = '$r' | '$w' | '$d' | '$mr' | '$mw'

/** Whether a user (undefined: nobody) may do something with a stream, by the stream's own list or the server's default. */
export function checkAccess(
  store: SimulatedStore,
  user: string | undefined,
  stream: string,
  operation: Operation,
): boolean {
  if (user === 'admin') return true
  const isSystem = stream.startsWith('$')
  const rules = store.defaultAccess()[isSystem ? '$systemStreamAcl' : '$userStreamAcl']
  const listed = store.metadata(stream).$acl?.[operation] ?? rules?.[operation] ?? (isSystem ? '$admins' : '$all')
  const allowed = typeof listed === 'string' ? [listed] : listed
  return allowed.includes('$all') || (user !== undefined && allowed.includes(user))
}
