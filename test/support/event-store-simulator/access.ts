import type { SimulatedStore } from './simulated-store.ts'

export const USERS: Readonly<Record<string, string>> = { admin: 'changeit', ops: 'changeit', reader: 'reads only' }

export type Operation = '$r' | '$w' | '$d' | '$mr' | '$mw'

/** Who sends a request with this header; undefined for nobody, 'wrong' for whoever does not know the password. */
export function loginOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined
  const [user = '', password] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
    .toString()
    .split(/:(.*)/s)
  return USERS[user] === password ? user : 'wrong'
}

/** Whether a user (undefined: nobody) may do something with a stream, by the stream's own list or the server's default. */
export function checkAccess(
  store: SimulatedStore,
  user: string | undefined,
  stream: string,
  operation: Operation,
): boolean {
  if (user === 'admin') return true
  // Who may read and write a stream's metadata stands with the stream itself.
  if (stream.startsWith('$$'))
    return checkAccess(
      store,
      user,
      stream.slice(2),
      operation === '$r' ? '$mr' : operation === '$w' ? '$mw' : operation,
    )
  const isSystem = stream.startsWith('$')
  const rules = store.defaultAccess()[isSystem ? '$systemStreamAcl' : '$userStreamAcl']
  const listed = store.metadata(stream).$acl?.[operation] ?? rules?.[operation] ?? (isSystem ? '$admins' : '$all')
  const allowed = typeof listed === 'string' ? [listed] : listed
  return allowed.includes('$all') || (user !== undefined && allowed.includes(user))
}
