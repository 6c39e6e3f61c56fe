/** A value JSON can carry. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined }
export type JsonObject = { readonly [key: string]: Json | undefined }

/**
 * One text for one value: keys sorted by code unit, no white space, absent members left out (RFC 8785 for the numbers we
 * accept). Stores re-serialise JSON, so what is hashed is this form of the value and never stored bytes.
 */
export function canonicalJson(value: Json): string {
  const sorted = inOrder(value)
  return sorted === undefined ? sortedText(value) : JSON.stringify(sorted)
}

/**
 * The value with the members of all objects in their order, itself where it is so already: the engine then writes it at once,
 * several times faster than part by part. Undefined where there is no such value: objects list keys that are numbers first.
 */
function inOrder(value: Json): Json | undefined {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => inOrder(item))
    if (items.includes(undefined)) return undefined
    return items.every((item, index) => item === value[index]) ? value : (items as readonly Json[]) // just looked for
  }
  const entries = value as JsonObject // a non-array object: `Array.isArray` does not narrow readonly arrays away
  let copy: Record<string, Json> | undefined
  const keys = Object.keys(entries)
  if (!isSorted(keys)) {
    const sorted = Object.fromEntries(keys.toSorted().map((key) => [key, entries[key]]))
    if (!isSorted(Object.keys(sorted))) return undefined
    copy = sorted as Record<string, Json> // absent members are left out of the text
  }
  for (const key of keys) {
    const member = entries[key]
    if (member === null || typeof member !== 'object') continue
    const sorted = inOrder(member)
    if (sorted === undefined) return undefined
    if (sorted === member) continue
    copy ??= { ...entries } as Record<string, Json> // as above
    copy[key] = sorted
  }
  return copy ?? value
}

function sortedText(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => sortedText(item)).join(',')}]`
  const entries = value as JsonObject // as above
  const members = Object.keys(entries)
    .toSorted()
    .flatMap((key) => {
      const member = entries[key]
      return member === undefined ? [] : [`${JSON.stringify(key)}:${sortedText(member)}`]
    })
  return `{${members.join(',')}}`
}

const isSorted = (keys: readonly string[]): boolean => {
  for (let index = 1; index < keys.length; index++) if ((keys[index - 1] ?? '') > (keys[index] ?? '')) return false
  return true
}

/** Whether two JSON values are equal, whatever the order of their members. */
export const jsonEquals = (a: Json | undefined, b: Json | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b))

/** Nesting depth of a JSON text, found without parsing it: a parser would recurse on what this is meant to refuse. */
export function jsonTextDepth(text: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const char = text.charCodeAt(index)
    if (inString) {
      if (char === 0x5c) index++
      else if (char === 0x22) inString = false
    } else if (char === 0x22) inString = true
    else if (char === 0x7b || char === 0x5b) {
      depth++
      if (depth > deepest) deepest = depth
    } else if (char === 0x7d || char === 0x5d) depth = Math.max(0, depth - 1)
  }
  return deepest
}

const isStorableText = (text: string): boolean => text.isWellFormed() && !text.includes('\u0000')

/**
 * Whether every store can hold a value as it is: PostgreSQL's jsonb takes neither U+0000 nor half a surrogate pair, JSON no
 * infinite number, and `__proto__` is a trap for whoever copies the object.
 */
export function isStorableJson(value: Json): boolean {
  if (typeof value === 'string') return isStorableText(value)
  if (typeof value === 'number') return Number.isFinite(value)
  if (value === null || typeof value !== 'object') return true
  if (Array.isArray(value)) return value.every((item: Json) => isStorableJson(item))
  return Object.entries(value).every(
    ([key, member]) => key !== '__proto__' && isStorableText(key) && (member === undefined || isStorableJson(member)),
  )
}

/** JSON Merge Patch (RFC 7396): null clears, an object merges, everything else replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch
  const base = target !== null && typeof target === 'object' && !Array.isArray(target) ? (target as JsonObject) : {}
  // A map, because a member named `__proto__` assigned to an object would become its prototype.
  const merged = new Map<string, Json>()
  for (const [key, value] of Object.entries(base)) if (value !== undefined) merged.set(key, value)
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue
    if (value === null) merged.delete(key)
    else merged.set(key, mergePatch(merged.get(key), value))
  }
  return Object.fromEntries(merged)
}
