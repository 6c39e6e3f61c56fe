import { describe, expect, it } from 'vitest'
import type { Rebuilt } from '#domain/projection/rebuild.ts'
import { Renewal, type OutdatedTenant } from '#domain/projection/renewal.ts'

const tenant = (tenantId: string): OutdatedTenant => ({ tenantId, views: ['user_profile'] })
const REBUILT: Rebuilt = { kind: 'rebuilt', position: 7, changed: ['user_profile'] }

function renewalOf(
  pages: readonly (readonly OutdatedTenant[])[],
  rebuild: (tenantId: string, onEvents: () => void) => Promise<Rebuilt> = async () => REBUILT,
) {
  const asked: string[] = []
  const begun: string[] = []
  const told: string[] = []
  const tell = (message: string, fields?: object) => void told.push(`${message}: ${JSON.stringify(fields)}`)
  const renewal = new Renewal({
    outdated: async (after) => {
      asked.push(after)
      return pages[asked.length - 1] ?? []
    },
    rebuild: (tenantId, _views, onEvents) => {
      begun.push(tenantId)
      return rebuild(tenantId, onEvents)
    },
    logger: { info: tell, error: tell },
  })
  return { renewal, asked, begun, told }
}

describe('a renewal', () => {
  it('rebuilds page after page, until there is nobody more', async () => {
    const { renewal, asked, begun } = renewalOf([[tenant('a'), tenant('b')], [tenant('c')]])
    await renewal.run()
    expect(begun).toEqual(['a', 'b', 'c'])
    expect(asked).toEqual(['', 'b', 'c'])
  })

  it('is held up by none that cannot be rebuilt, and tells of it once as long as it is for the same reason', async () => {
    const outcomes: Rebuilt[] = [{ kind: 'keyless', subjects: 3 }, { kind: 'keyless', subjects: 3 }, REBUILT]
    const { renewal, begun, told } = renewalOf([], async (tenantId) => {
      if (tenantId === 'a') throw new Error('away')
      return outcomes.shift() ?? REBUILT
    })
    for (let round = 0; round < 3; round++) for (const one of ['a', 'b']) await renewal.renew(tenant(one))
    expect(begun).toHaveLength(6)
    expect(told).toEqual([
      expect.stringMatching(/^views of an earlier version could not be rebuilt: .*"a".*away/),
      expect.stringMatching(/^views of an earlier version could not be rebuilt: .*"b".*3 people/),
      expect.stringMatching(/^views of an earlier version have been rebuilt: .*"b"/),
    ])
  })

  it('leaves a tenant to whoever is at it already', async () => {
    const { renewal, told } = renewalOf([], async () => ({ kind: 'busy' }))
    await renewal.renew(tenant('a'))
    expect(told).toEqual([])
  })

  it('is stopped in the middle of a tenant, begins no other, and then says nothing', async () => {
    let reached = () => undefined as void
    const inTheMiddle = new Promise<void>((resolve) => (reached = resolve))
    let goOn = () => undefined as void
    const mayGoOn = new Promise<void>((resolve) => (goOn = resolve))
    const { renewal, begun, told } = renewalOf([[tenant('a'), tenant('b')]], async (_tenantId, onEvents) => {
      onEvents()
      reached()
      await mayGoOn
      onEvents()
      return REBUILT
    })
    const run = renewal.run()
    await inTheMiddle
    const stopped = renewal.stop()
    goOn()
    await Promise.all([run, stopped])
    expect(begun).toEqual(['a'])
    expect(told).toEqual([])
  })
})
