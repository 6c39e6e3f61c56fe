import { TenantId } from './ids.ts'

/** How far a client has seen one tenant's log: `tenantId@position`. */
export interface ConsistencyToken {
  readonly tenantId: TenantId
  readonly position: number
}

export const formatConsistencyToken = (token: ConsistencyToken): string => `${token.tenantId}@${token.position}`

/** Most tokens a request may carry: one a tenant it wrote to. */
const MAX_TOKENS = 16

/** Reads a `Consistency-Token` header: one token, or several separated by commas. Undefined when it is none. */
export function parseConsistencyTokens(header: string): readonly ConsistencyToken[] | undefined {
  const parts = header.split(',')
  if (parts.length > MAX_TOKENS) return undefined
  const tokens: ConsistencyToken[] = []
  for (const part of parts) {
    const [id, position, ...rest] = part.trim().split('@')
    const tenantId = TenantId.safeParse(id)
    const count = Number(position)
    if (!tenantId.success || rest.length > 0 || !/^\d{1,16}$/.test(position ?? '') || !Number.isSafeInteger(count))
      return undefined
    tokens.push({ tenantId: tenantId.data, position: count })
  }
  return tokens
}
