import type { PolicySource } from '#infrastructure/shared/oso-policy.ts'

/** One rule or fact of a Polar file. */
export interface PolarRule {
  readonly file: string
  /** Its place among the rules of its file, from 0. */
  readonly index: number
  /** `allow(actor: Caller, action: String, resource: TenantResource)` */
  readonly head: string
  /** What follows `if`; undefined for a fact. */
  readonly body: string | undefined
}

/** A string of Polar, or a comment to the end of its line: whichever begins first. */
const STRING_OR_COMMENT = /"(?:[^"\\]|\\.)*"|#[^\n]*/g

/** The rules of one file, in order, in one line each. Enough of Polar for our files, which quote no semicolon. */
export function rulesOf(source: PolicySource): PolarRule[] {
  return source.text
    .replace(STRING_OR_COMMENT, (found) => (found.startsWith('#') ? '' : found))
    .split(';')
    .map((rule) => rule.replace(/\s+/g, ' ').trim())
    .filter((rule) => rule !== '')
    .map((rule, index) => {
      const at = rule.indexOf(' if ')
      return at < 0
        ? { file: source.name, index, head: rule, body: undefined }
        : { file: source.name, index, head: rule.slice(0, at), body: rule.slice(at + 4) }
    })
}

/** The same policy, with one rule that is still there but never true. */
export function withoutRule(sources: readonly PolicySource[], dropped: PolarRule): PolicySource[] {
  return sources.map((source) =>
    source.name === dropped.file
      ? {
          name: source.name,
          text: rulesOf(source)
            .map((rule) => print(rule, rule.index === dropped.index))
            .join('\n'),
        }
      : source,
  )
}

function print({ head, body }: PolarRule, never: boolean): string {
  const conditions = [...(body === undefined ? [] : [`(${body})`]), ...(never ? ['1 = 2'] : [])]
  return conditions.length === 0 ? `${head};` : `${head} if ${conditions.join(' and ')};`
}

/** The file that alone may allow without a tenant match, and the condition it must begin with. */
const SYSTEM_ADMIN_FILE = 'global/system_admin.polar'

/**
 * Allow rules that could reach another tenant: those which do not begin with `same_tenant` of their own actor and
 * resource, or weaken it by an `or`. The system admin's rule begins with `system_admin(actor)` instead.
 *
 * @returns the heads of the offending rules, each after its file.
 */
export function rulesWithoutBoundary(sources: readonly PolicySource[]): string[] {
  return sources
    .flatMap(rulesOf)
    .filter(({ head }) => /^allow\b/.test(head))
    .filter((rule) => !isBounded(rule))
    .map(({ file, head }) => `${file}: ${head}`)
}

function isBounded({ file, head, body }: PolarRule): boolean {
  const parameters = /^allow\((\w+): Caller, [^,]+, (\w+): \w+\)$/.exec(head)
  if (parameters === null || body === undefined || /\bor\b/.test(body)) return false
  const [, actor, resource] = parameters
  const first = body.split(' and ')[0]
  return (
    first === `same_tenant(${actor}, ${resource})` || (file === SYSTEM_ADMIN_FILE && first === `system_admin(${actor})`)
  )
}

/** Every text in quotes that has the shape of an action. */
export const actionsNamed = (sources: readonly PolicySource[]): Set<string> =>
  new Set(
    sources
      .flatMap(rulesOf)
      .flatMap(({ head, body }) => [...`${head} ${body ?? ''}`.matchAll(/"([a-z_]+\.[a-z_]+)"/g)])
      .map((match) => match[1] ?? ''),
  )
