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
  const listed = store.metadata(stream).$acl?.[operation] ?? (stream.startsWith('$') ? '$admins' : '$all')
  const allowed = typeof listed === 'string' ? [listed] : listed
  return allowed.includes('$all') || (user !== undefined && allowed.includes(user))
}
