import type { SessionId, TenantId, UserId } from '#common/ids.ts'
import { accept } from '#common/outcome.ts'
import { defineCommand } from '../../writer/command.ts'
import type { LogoutType } from '../auth-types.ts'
import { initialSession } from '../session-state.ts'

export interface LogoutInput {
  readonly tenantId: TenantId
  readonly sessionId: SessionId
  readonly logoutType: LogoutType
}

/** Seed lines 1304–1310. Ending what has ended already is no fault and emits nothing (G-40). */
export const logout = defineCommand({
  type: 'auth.logout',
  async load(input: LogoutInput, rows) {
    return { session: (await rows.read('session', input.sessionId)) ?? initialSession() }
  },
  decide(input, { session }, context) {
    if (session.status !== 'active') return accept({ events: [] })
    const { tenantId, sessionId, logoutType } = input
    const userId = session.userId as UserId // stored from a UserId
    return accept({
      aggregate: { type: 'session', id: sessionId },
      events: [
        {
          aggregateId: sessionId,
          event: {
            type: 'auth.logout',
            data: { userId, tenantId, sessionId, logoutType, logoutTimestamp: context.timestamp },
          },
        },
      ],
    })
  },
})
