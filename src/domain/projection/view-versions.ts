import { VIEW_NAMES, VIEWS, type ViewName } from './views.ts'

/** Which version of each view has made a tenant's rows; of a view that had none yet, nothing. */
export type ViewVersions = { readonly [Name in ViewName]?: number }

/** The versions that this process makes. */
export const CURRENT_VERSIONS: ViewVersions = Object.fromEntries(VIEW_NAMES.map((name) => [name, VIEWS[name].version]))

/** Views whose rows an earlier version has made, or that are new: they are to be rebuilt before anything is folded over them. */
export const outdatedViews = (made: ViewVersions): readonly ViewName[] =>
  VIEW_NAMES.filter((name) => (made[name] ?? 0) < VIEWS[name].version)

/** Views whose rows a later version has made: processes of that version see to them. */
export const viewsAhead = (made: ViewVersions): readonly ViewName[] =>
  VIEW_NAMES.filter((name) => (made[name] ?? 0) > VIEWS[name].version)
