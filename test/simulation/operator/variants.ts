import type { ProjectionStore, ShadowStore } from '#domain/ports/projection-store.ts'
import type { ViewPage } from '#domain/projection/views.ts'
import { changed, type Variant } from '../variant.ts'

const NOTHING: ViewPage = { tenant_details: [], tenant_metrics: [], user_profile: [], auth_sessions: [] }

/** Mistakes around views that stand still, and are rebuilt. */
export const PROJECTION_VARIANTS: readonly Variant[] = [
  {
    name: 'no-generation',
    differs: 'writes a page that was folded before rows were replaced, or a view followed again',
    readModels: (readModels) =>
      changed<ProjectionStore>(readModels, {
        async commit(tenantId, from, to, rows, halts) {
          const { generation } = await readModels.state(tenantId)
          return readModels.commit(tenantId, { ...from, generation }, to, rows, halts)
        },
      }),
  },
  {
    name: 'halt-ended-unlocked',
    differs: 'ends a halt where the other views were when it looked, without a lock on their checkpoint',
    readModels(readModels) {
      let seen = 0
      return changed<ProjectionStore>(readModels, {
        async state(tenantId) {
          const state = await readModels.state(tenantId)
          seen = state.position
          return state
        },
        async catchUp(tenantId, followed, rows, halt) {
          const to = followed.to < seen ? followed.to : (await readModels.state(tenantId)).position
          return readModels.catchUp(tenantId, { ...followed, to }, rows, halt)
        },
      })
    },
  },
  {
    name: 'swapped-too-early',
    differs: 'puts a shadow in place of live rows that have come further',
    shadow(shadow, readModels) {
      let at = 0
      return changed<ShadowStore>(shadow, {
        async open(tenantId, ...given) {
          at = await shadow.open(tenantId, ...given)
          return at
        },
        async commit(tenantId, from, to, rows) {
          at = to
          return shadow.commit(tenantId, from, to, rows)
        },
        async swap(tenantId) {
          const { position } = await readModels.state(tenantId)
          if (at < position) await shadow.commit(tenantId, at, position, NOTHING)
          return shadow.swap(tenantId)
        },
      })
    },
  },
]
