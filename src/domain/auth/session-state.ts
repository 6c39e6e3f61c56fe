import type { DomainEvent } from '../events/event-registry.ts'

export type SessionState =
  | { readonly status: 'none' }
  | {
      readonly status: 'active' | 'ended'
      readonly sessionId: string
      readonly userId: string
      readonly createdAt: string
      readonly expiresAt: string
      readonly sessionEpoch: number
      readonly endedAt?: string
    }

export const initialSession = (): SessionState => ({ status: 'none' })

export function evolveSession(state: SessionState, event: DomainEvent, timestamp: string): SessionState {
  switch (event.type) {
    case 'auth.login_succeeded': {
      const { sessionId, userId, expiresAt, sessionEpoch } = event.data
      return { status: 'active', sessionId, userId, createdAt: timestamp, expiresAt, sessionEpoch }
    }
    case 'auth.logout':
      return state.status === 'active' ? { ...state, status: 'ended', endedAt: timestamp } : state
    default:
      return state
  }
}
