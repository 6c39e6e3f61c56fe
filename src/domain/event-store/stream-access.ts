import type { Json } from '#common/json.ts'
import type { StreamStore } from '../ports/event-store.ts'

/** The stream in which EventStoreDB keeps who may do what with streams that say nothing of their own. */
const SETTINGS = '$settings'
const ADMINS = '$admins'

export interface StreamAccess {
  /** The user the product signs in to the store as. */
  readonly writer: string
  /** Others who may read. */
  readonly readers: readonly string[]
}

export type AccessInstalled =
  | { readonly kind: 'written' | 'unchanged' | 'accessDenied' }
  /** Somebody has set other rules; they have been left as they are. */
  | { readonly kind: 'otherRules'; readonly rules: Json }
  | { readonly kind: 'failed'; readonly cause: string }

/** Only the product writes events, only those named read them, and only administrators delete or change that. */
const rulesFor = ({ writer, readers }: StreamAccess): Readonly<Record<string, Json>> => {
  const may = (...users: readonly string[]): Json => [...new Set([ADMINS, ...users])]
  return {
    $userStreamAcl: {
      $r: may(writer, ...readers),
      $w: may(writer),
      $d: may(),
      $mr: may(writer),
      $mw: may(),
    },
    $systemStreamAcl: { $r: may(), $w: may(), $d: may(), $mr: may(), $mw: may() },
  }
}

/**
 * Sets the store's rules for streams. Rules that somebody else has set are left alone unless `replace` says otherwise.
 * @param store opened as an administrator
 */
export async function installAccess(
  store: StreamStore,
  access: StreamAccess,
  replace: boolean,
): Promise<AccessInstalled> {
  const rules = rulesFor(access)
  const last = await store.readLast(SETTINGS)
  if (last.kind === 'accessDenied') return { kind: last.kind }
  const [event] = last.kind === 'read' ? last.events : []
  if (event) {
    if (JSON.stringify(event.data) === JSON.stringify(rules)) return { kind: 'unchanged' }
    if (!replace) return { kind: 'otherRules', rules: event.data }
  }
  const update = { id: crypto.randomUUID(), type: 'update-default-acl', data: rules, metadata: {} }
  const result = await store.append(SETTINGS, event?.revision ?? 'noStream', [update])
  if (result.kind === 'appended') return { kind: 'written' }
  if (result.kind === 'accessDenied') return { kind: result.kind }
  return { kind: 'failed', cause: result.kind === 'outcomeUnknown' ? result.cause : result.kind }
}
