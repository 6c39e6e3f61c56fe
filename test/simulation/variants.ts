import type { ForwardingStorage } from '#domain/ports/forwarding.ts'
import type { ProjectionStore } from '#domain/ports/projection-store.ts'
import type { TenantStorage } from '#domain/ports/tenant-storage.ts'
import { EDGE_VARIANTS } from './edge/variants.ts'
import { PROJECTION_VARIANTS } from './operator/variants.ts'
import { RABBITMQ_VARIANTS } from './rabbitmq/variants.ts'
import { changed, type Variant } from './variant.ts'
import type { ForwardingStore } from './world.ts'

/** Mistakes that are easily made, each in a protocol that is otherwise the product's. Every one of them must be seen. */
export const VARIANTS: readonly Variant[] = [
  {
    name: 'any-revision',
    differs: 'appends to the event store wherever its stream ends',
    eventStore: (store) =>
      changed<ForwardingStore>(store, {
        async append(stream, expected, events) {
          const last = await store.readLast(stream).catch(() => undefined)
          const end = last?.kind === 'read' ? last.events[0]?.revision : undefined
          const result = await store.append(stream, end ?? 'noStream', events)
          if (result.kind !== 'appended') return result
          const first = expected === 'noStream' ? 0 : expected + 1
          return { kind: 'appended', first, last: first + events.length - 1 }
        },
      }),
  },
  {
    name: 'new-ids',
    differs: 'gives events new ids whenever it sends them to the event store',
    eventStore(store, life) {
      let sent = 0
      return changed<ForwardingStore>(store, {
        append: (stream, expected, events) =>
          store.append(
            stream,
            expected,
            events.map((event) => ({ ...event, id: `${event.id} of ${life.name}, ${++sent}` })),
          ),
      })
    },
  },
  {
    name: 'forwarded-before-append',
    differs: 'counts events as forwarded before the event store has them',
    forwarding: (forwarding) =>
      changed<ForwardingStorage>(forwarding, {
        async saveForwarding(expected, next) {
          if (expected.pinnedTo !== undefined && !next.fence) return true
          const { forwarded, pinnedTo = forwarded, fence } = next
          return forwarding.saveForwarding(
            { forwarded: expected.forwarded },
            { forwarded: pinnedTo, ...(fence && { fence }) },
          )
        },
      }),
  },
  {
    name: 'conflict-as-done',
    differs: 'takes another revision than the expected one for its own batch that has arrived before',
    eventStore: (store) =>
      changed<ForwardingStore>(store, {
        async append(stream, expected, events) {
          const result = await store.append(stream, expected, events)
          if (result.kind !== 'wrongExpectedRevision') return result
          const first = expected === 'noStream' ? 0 : expected + 1
          return { kind: 'appended', first, last: first + events.length - 1 }
        },
      }),
  },
  {
    name: 'fence-ignored',
    differs: 'goes on taking commands when the event store holds what is not the tenant’s',
    forwarding: (forwarding) =>
      changed<ForwardingStorage>(forwarding, {
        saveForwarding: (expected, { fence, ...next }) =>
          fence ? Promise.resolve(true) : forwarding.saveForwarding(expected, next),
      }),
  },
  {
    name: 'acknowledged-before-commit',
    differs: 'answers before what it has decided is durable',
    log: (log, life) =>
      changed<TenantStorage>(log, {
        commit(batch) {
          void life
            .wait(2)
            .then(() => log.commit(batch))
            .catch(() => undefined)
          return Promise.resolve('committed')
        },
      }),
  },
  {
    name: 'conflict-ignored',
    differs: 'takes a commit for done that another replica was faster than',
    log: (log) =>
      changed<TenantStorage>(log, {
        async commit(batch) {
          await log.commit(batch)
          return 'committed'
        },
      }),
  },
  {
    name: 'no-replay-record',
    differs: 'does not keep what it has answered to an idempotency key',
    log: (log) =>
      changed<TenantStorage>(log, {
        commit: (batch) => log.commit({ ...batch, puts: batch.puts.filter(({ ref }) => !ref.startsWith('replay/')) }),
      }),
  },
  {
    name: 'replay-record-apart',
    differs: 'keeps what it has answered to an idempotency key in a transaction of its own',
    log: (log) =>
      changed<TenantStorage>(log, {
        async commit(batch) {
          const isRecord = ({ ref }: { readonly ref: string }) => ref.startsWith('replay/')
          const result = await log.commit({ ...batch, puts: batch.puts.filter((row) => !isRecord(row)) })
          if (result === 'conflict') return result
          const { head } = await log.readRows([])
          await log.commit({ expected: head, head, events: [], puts: batch.puts.filter(isRecord), deletes: [] })
          return result
        },
      }),
  },
  {
    name: 'version-ignored',
    differs: 'changes a user whatever version the caller has seen',
    metadata: ({ expectedVersion: _expectedVersion, ...metadata }) => metadata,
  },
  {
    name: 'no-checkpoint-guard',
    differs: 'writes a page of the read models though another projector has come further',
    readModels: (readModels) =>
      changed<ProjectionStore>(readModels, {
        async commit(tenantId, from, to, rows, halts) {
          const result = await readModels.commit(tenantId, from, to, rows, halts)
          if (result === 'committed') return result
          const state = await readModels.state(tenantId)
          return readModels.commit(tenantId, state, Math.max(state.position, to), rows, halts)
        },
      }),
  },
  {
    name: 'checkpoint-first',
    differs: 'moves the checkpoint in a transaction before that of the rows',
    readModels: (readModels) =>
      changed<ProjectionStore>(readModels, {
        async commit(tenantId, from, to, rows, halts) {
          const none = { tenant_details: [], tenant_metrics: [], user_profile: [], auth_sessions: [] }
          const result = await readModels.commit(tenantId, from, to, none, halts)
          return result === 'conflict' ? result : readModels.commit(tenantId, { ...from, position: to }, to, rows)
        },
      }),
  },
  {
    name: 'no-sweep',
    differs: 'sends a wake-up once',
    sweeps: { wakeUps: false },
  },
  {
    name: 'no-forwarding-sweep',
    differs: 'sends to the event store after a commit only',
    sweeps: { forwarding: false },
  },
  {
    name: 'trusts-messages',
    differs: 'takes a tenant for projected when it has sent a wake-up, wherever its checkpoint is',
    trustsMessages: true,
  },
  {
    name: 'token-ignored',
    differs: 'answers reads from the read models however far these are',
    ignoresToken: true,
  },
  ...RABBITMQ_VARIANTS,
  ...EDGE_VARIANTS,
  ...PROJECTION_VARIANTS,
]
