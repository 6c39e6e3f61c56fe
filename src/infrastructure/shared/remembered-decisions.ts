import type { Policy, PolicyActor, PolicyResource } from '#domain/ports/policy.ts'
import type { PolicySource } from './oso-policy.ts'

/** Questions remembered; more than the product can ask, unless tenants' own roles multiply them. */
const CAPACITY = 10_000

const STRING_OR_COMMENT = /"((?:[^"\\]|\\.)*)"|#[^\n]*/g
/**
 * What, beside rules, conjunction, `=` and `!=`, and attributes, a text may not hold for its decisions to depend on roles and
 * equalities alone: calls on values, arithmetic, order, membership, negation of goals, numbers.
 */
const BEYOND_EQUALITY =
  /\.\s*[A-Za-z_]\w*\s*\(|[<>*/%+[\]-]|\b(?:in|matches|not|new|cut|forall|print|debug|mod|rem)\b|\b\d/

/**
 * A policy asked once for each kind of question. What the Polar files say depends on the action, the kind of thing, the role,
 * and on which ids are equal to each other, never on which ids they are; so a decision holds for every question of the same
 * pattern. The engine takes a good part of a millisecond, this a microsecond. A text that says more than that (see
 * `dependsOnPatternsOnly`) is asked anew every time.
 */
export function rememberDecisions(policy: Policy, sources: readonly PolicySource[]): Policy {
  if (!dependsOnPatternsOnly(sources)) return policy
  const literals = new Set(sources.flatMap(({ text }) => literalsOf(text)))
  const decided = new Map<string, boolean>()
  return {
    version: policy.version,
    async decide(actor, action, resource) {
      const pattern = patternOf(actor, action, resource, literals)
      if (pattern === undefined) return policy.decide(actor, action, resource)
      const known = decided.get(pattern)
      if (known !== undefined) return known
      const decision = await policy.decide(actor, action, resource)
      if (decided.size < CAPACITY) decided.set(pattern, decision)
      return decision
    },
  }
}

/** Whether nothing but roles, literals and equalities can decide by these texts. A literal must be what it looks like. */
export const dependsOnPatternsOnly = (sources: readonly PolicySource[]): boolean =>
  sources.every(
    ({ text }) =>
      !literalsOf(text).some((literal) => literal.includes('\\')) &&
      !BEYOND_EQUALITY.test(text.replaceAll(STRING_OR_COMMENT, (match) => (match.startsWith('#') ? '' : '""'))),
  )

const literalsOf = (text: string): readonly string[] =>
  Array.from(text.matchAll(STRING_OR_COMMENT)).flatMap(([, literal]) => literal ?? [])

/** The pattern of a question: its words, and for each id the first one it is equal to. Undefined when an id is a literal. */
function patternOf(
  actor: PolicyActor,
  action: string,
  resource: PolicyResource,
  literals: ReadonlySet<string>,
): string | undefined {
  const ids = ['', actor.userId, actor.tenantId, resource.tenantId, resource.id, resource.ownerId ?? '']
  let pattern = `${action}/${resource.kind}/${actor.isSystemAdmin === true ? 1 : 0}/`
  for (const id of ids) {
    // What is missing where the types say it cannot be is the engine's to judge.
    if (typeof id !== 'string' || (id !== '' && literals.has(id))) return undefined
    pattern += ids.indexOf(id)
  }
  return typeof actor.role === 'string' ? `${pattern}/${actor.role}` : undefined
}
