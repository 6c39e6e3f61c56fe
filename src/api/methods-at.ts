import type { App } from './context.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** What may be asked at a path, as `Allow` names it (RFC 9110, section 10.2.1); nothing where there is no route. */
export function methodsAt(app: Pick<App, 'router'>, path: string): readonly string[] {
  const served = METHODS.filter((method) =>
    // Middleware runs for every method and every path, and answers to none.
    app.router.match(method, path)[0].some(([[, route]]) => route.method === method),
  )
  if (served.length === 0) return []
  // HEAD is answered by whoever answers GET, OPTIONS by this list.
  return [...served.flatMap((method) => (method === 'GET' ? [method, 'HEAD'] : [method])), 'OPTIONS']
}
