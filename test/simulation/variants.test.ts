import { expect, it } from 'vitest'
import { runSeed } from './run-seed.ts'
import { VARIANTS } from './variants.ts'

/** Seeds within which a broken protocol must be seen to be one. */
const SEEDS = 1_000

/** The invariant that each broken protocol breaks. */
const CAUGHT_BY: Readonly<Record<string, string>> = {
  'any-revision': 'event store = log',
  'new-ids': 'fenced for a reason only',
  'forwarded-before-append': 'event store = log',
  'conflict-as-done': 'a foreign event fences the tenant',
  'fence-ignored': 'a foreign event fences the tenant',
  'acknowledged-before-commit': 'acknowledged ⊆ log',
  'conflict-ignored': 'acknowledged ⊆ log',
  'no-replay-record': 'one effect a key',
  'replay-record-apart': 'one effect a key',
  'version-ignored': 'linearizability',
  'no-checkpoint-guard': 'views = fold of the log',
  'checkpoint-first': 'views = fold of the log',
  'no-sweep': 'every tenant drains',
  'no-forwarding-sweep': 'every tenant drains',
  'trusts-messages': 'views = fold of the log',
  'token-ignored': 'read your writes',
  'published-before-confirmed': 'every event is published',
  'refusal-as-confirmation': 'every event is published',
  'refused-counts': 'every event is published',
  'published-in-any-order': 'events are published in order',
  'no-publishing-sweep': 'followed in time',
  'turn-forgotten': 'every tenant drains',
  'anyone-ends-turns': 'one turn at a time',
  'turns-without-end': 'nobody projects for nothing',
  'no-generation': 'views = fold of the log',
  'halt-ended-unlocked': 'views = fold of the log',
  'swapped-too-early': 'views = fold of the log',
}

it.each(VARIANTS.map((variant) => [variant.name, CAUGHT_BY[variant.name], variant] as const))(
  'the protocol “%s” is caught by “%s”',
  async (_name, invariant, variant) => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { violations } = await runSeed(seed, { variant })
      if (violations.some((violation) => violation.invariant === invariant)) return
    }
    expect.unreachable(`${SEEDS} seeds have not shown it`)
  },
)
