import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { ConsistencyToken } from '#common/consistency-token.ts'
import type { RequestDecisions } from '#domain/policy/request-decisions.ts'
import type { PrincipalAtHead } from '#domain/ports/tenant-writer.ts'
import type { Language } from './i18n/languages.ts'
import type { OnBehalf } from './operations/on-behalf.ts'
import type { Services } from './services.ts'

/** What travels with one request. */
export interface RequestVariables {
  services: Services
  requestId: string
  correlationId: string
  language: Language
  clientAddress: string
  decisions: RequestDecisions
  /** Set when the product itself makes the request. Later steps replace the request object, so it is read once. */
  onBehalf: OnBehalf | undefined
  /** The caller's `Idempotency-Key`, or one made up for a request that is answered later. */
  idempotencyKey: string | undefined
  consistency: readonly ConsistencyToken[]
  /** Set once the caller has been authenticated. */
  principal: PrincipalAtHead | undefined
}

export interface AppEnv {
  Variables: RequestVariables
}
export type App = OpenAPIHono<AppEnv>
export type AppContext = Context<AppEnv>
