import { createMiddleware } from 'hono/factory'
import { refuse } from '#common/outcome.ts'
import { showsSecret } from '../auth/shows-secret.ts'
import type { AppEnv } from '../context.ts'
import { unwrap } from '../refusal-error.ts'

/**
 * Lets operators in, who show the token made for them: to users, of whatever tenant and role, nothing here is open. Without such
 * a token there is nothing at these addresses.
 */
export const operatorAccess = createMiddleware<AppEnv>(async (c, next) => {
  const { operator, cryptography } = c.get('services')
  if (!operator) return unwrap(refuse('route.not_found'))
  if (!showsSecret(cryptography, c.req.header('authorization'), `Bearer ${operator.token}`))
    return unwrap(refuse('unauthenticated'))
  return next()
})
