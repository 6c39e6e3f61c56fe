import type { EventEnvelope } from '#common/envelope.ts'
import type { Json } from '#common/json.ts'
import { evolveSession, initialSession } from '#domain/auth/session-state.ts'
import { EVENT_DEFINITIONS, readEvent, type DomainEvent } from '#domain/events/event-registry.ts'
import { openPersonal } from '#domain/events/seal-event.ts'
import { evolveTenant, initialTenant } from '#domain/tenant/tenant-state.ts'
import { evolveRoster, initialRoster } from '#domain/user/roster-state.ts'
import { evolveUser, initialUser } from '#domain/user/user-state.ts'
import type { WriterTools } from '#domain/writer/decide-batch.ts'
import { rowRef, type RowKind, type RowValues } from '#domain/writer/rows.ts'
import type { MemoryTenantStorage } from './memory-tenant-storage.ts'

/** An event as a fold sees it: no more than what the log tells. */
export interface LoggedEvent {
  readonly event: DomainEvent
  readonly aggregateId: string
  readonly timestamp: string
}

type Folded = Map<string, { readonly version: number; readonly value: Json }>
type FoldedKind = 'tenant' | 'user' | 'session' | 'roster'

/** The rows that follow from a log, from scratch and one event after another: what the writer's own must equal. */
export function foldLog(tenantId: string, log: readonly LoggedEvent[], rows: Folded = new Map()): Folded {
  const value = <Kind extends FoldedKind>(kind: Kind, id: string) =>
    rows.get(rowRef(kind, id))?.value as unknown as RowValues[Kind] | undefined // put below under its own kind
  const version = (kind: RowKind, id: string) => rows.get(rowRef(kind, id))?.version ?? 0
  const put = <Kind extends FoldedKind>(kind: Kind, id: string, state: RowValues[Kind], at: number) =>
    rows.set(rowRef(kind, id), { version: at, value: state as unknown as Json }) // states are JSON

  for (const { event, aggregateId, timestamp } of log) {
    const { aggregate } = EVENT_DEFINITIONS[event.type]
    const next = version(aggregate, aggregateId) + 1
    if (aggregate === 'tenant') {
      put('tenant', aggregateId, evolveTenant(value('tenant', aggregateId) ?? initialTenant(), event, timestamp), next)
    }
    if (aggregate === 'user') {
      const before = value('user', aggregateId) ?? initialUser()
      const after = evolveUser(before, event, timestamp)
      put('user', aggregateId, after, next)
      const roster = value('roster', tenantId) ?? initialRoster()
      const counted = evolveRoster(roster, before, after)
      if (counted !== roster) put('roster', tenantId, counted, version('roster', tenantId) + 1)
    }
    if (aggregate === 'session' && event.type !== 'auth.login_failed') {
      put(
        'session',
        aggregateId,
        evolveSession(value('session', aggregateId) ?? initialSession(), event, timestamp),
        next,
      )
    }
    if (event.type === 'auth.login_succeeded') {
      const { userId } = event.data
      put('user', userId, evolveUser(value('user', userId) ?? initialUser(), event, timestamp), version('user', userId))
    }
  }
  return rows
}

/** Opens what a storage holds as anybody must who has only log, keys and schemas. */
export function openLog(
  storage: MemoryTenantStorage,
  tools: WriterTools,
): readonly (LoggedEvent & { readonly envelope: EventEnvelope })[] {
  return storage.events.map((envelope) => {
    const owner = envelope.personal?.keyId
    const wrapped = owner === undefined ? undefined : storage.row(rowRef('subjectKey', owner))
    const box = (wrapped?.value as unknown as RowValues['subjectKey'] | undefined)?.wrapped // a subjectKey row
    const key = owner !== undefined && box !== undefined ? tools.keyVault.unwrap(box, owner) : undefined
    const personal = key && openPersonal(tools.cryptography, key, envelope)
    const event = readEvent(envelope.type, envelope.schemaVersion, {
      data: envelope.data,
      ...(personal && { personal }),
    })
    return { envelope, event, aggregateId: envelope.aggregate.id, timestamp: envelope.timestamp }
  })
}

/** Those of a storage's rows that follow from the log. */
export const foldedRows = (storage: MemoryTenantStorage): Folded =>
  new Map(
    storage.rows
      .filter(({ ref }) => /^(tenant|user|session|roster)\//.test(ref))
      .map(({ ref, version, value }) => [ref, { version, value }]),
  )
