import type { LogPage } from '../ports/event-store.ts'
import type { TenantWriter } from '../ports/tenant-writer.ts'

/**
 * Wrapped keys of the people whose personal fields are in a page of a log and not open, by their ids; a destroyed key is
 * missing. They are asked for where they did not come with the page.
 */
export async function subjectKeysOf(
  writer: Pick<TenantWriter, 'subjectKeys'>,
  tenantId: string,
  { events, subjectKeys, personal }: Pick<LogPage, 'events' | 'subjectKeys' | 'personal'>,
): Promise<Readonly<Record<string, string>>> {
  if (subjectKeys) return subjectKeys
  const subjects = subjectsOf(personal ? events.filter(({ position }) => !personal.has(position)) : events)
  return subjects.length === 0 ? {} : writer.subjectKeys(tenantId, subjects)
}

/** Ids of the people whose personal fields are in these events. */
export const subjectsOf = (events: LogPage['events']): readonly string[] => [
  ...new Set(events.flatMap(({ personal }) => (personal ? [personal.keyId] : []))),
]
