import { describe, expect, it } from 'vitest'
import { Coalescer, oneOfEachTenant, weighing } from '#infrastructure/postgres/coalescer.ts'

interface Ask {
  readonly tenantId: string
  readonly weight: number
}

/** A coalescer whose sendings a test answers one by one. */
function held(gate: () => (ask: Ask) => boolean, beside?: number) {
  const sent: string[] = []
  const open: PromiseWithResolvers<readonly (string | Promise<string>)[]>[] = []
  const coalescer = new Coalescer<Ask, string>({
    send: (asks) => {
      sent.push(asks.map(({ tenantId, weight }) => `${tenantId}${weight}`).join(' '))
      const answer = Promise.withResolvers<readonly (string | Promise<string>)[]>()
      open.push(answer)
      return answer.promise
    },
    gate,
    ...(beside !== undefined && { beside }),
  })
  const ask = (tenantId: string, weight = 1) => coalescer.ask({ tenantId, weight })
  const turn = () => new Promise(setImmediate)
  return { ask, sent, open, turn }
}

describe('a coalescer', () => {
  it('sends together what is asked in a turn, and after that what has come meanwhile', async () => {
    const { ask, sent, open, turn } = held(() => weighing(10, ({ weight }) => weight))
    const first = [ask('a'), ask('b')]
    await turn()
    const later = [ask('c'), ask('d')]
    await turn()
    expect(sent).toEqual(['a1 b1'])
    open[0]?.resolve(['A', 'B'])
    expect(await Promise.all(first)).toEqual(['A', 'B'])
    await turn()
    expect(sent).toEqual(['a1 b1', 'c1 d1'])
    open[1]?.resolve(['C', 'D'])
    expect(await Promise.all(later)).toEqual(['C', 'D'])
  })

  it('sends beside so few as it may, and nothing beside more', async () => {
    const { ask, sent, open, turn } = held(() => weighing(10, ({ weight }) => weight), 1)
    const asked = [ask('a')]
    await turn()
    asked.push(ask('b'))
    await turn()
    asked.push(ask('c'), ask('d'))
    await turn()
    expect(sent).toEqual(['a1', 'b1'])
    open[1]?.resolve(['B'])
    await turn()
    await turn()
    expect(sent).toEqual(['a1', 'b1', 'c1 d1'])
    asked.push(ask('e'))
    open[0]?.resolve(['A'])
    await turn()
    await turn()
    expect(sent).toHaveLength(3)
    open[2]?.resolve(['C', 'D'])
    await turn()
    await turn()
    open[3]?.resolve(['E'])
    expect(await Promise.all(asked)).toEqual(['A', 'B', 'C', 'D', 'E'])
    expect(sent).toEqual(['a1', 'b1', 'c1 d1', 'e1'])
  })

  it('lets one fail alone where it is told to, and all where the sending fails', async () => {
    const { ask, open, turn } = held(() => weighing(10, ({ weight }) => weight))
    const [fine, broken] = [ask('a'), ask('b')]
    await turn()
    open[0]?.resolve(['A', Promise.reject(new Error('of b alone'))])
    expect(await fine).toBe('A')
    await expect(broken).rejects.toThrow('of b alone')
    const both = [ask('a'), ask('b')]
    await turn()
    open[1]?.reject(new Error('away'))
    for (const one of both) await expect(one).rejects.toThrow('away')
    const again = ask('a')
    await turn()
    open[2]?.resolve(['again'])
    expect(await again).toBe('again')
  })

  it('tells whoever was left without an answer', async () => {
    const { ask, open, turn } = held(() => weighing(10, ({ weight }) => weight))
    const both = [ask('a'), ask('b')]
    await turn()
    open[0]?.resolve(['A'])
    for (const one of both) await expect(one).rejects.toThrow('not every ask was answered')
  })

  it('keeps what is too much for one sending for the next, and sends alone what is too much by itself', async () => {
    const { ask, sent, open, turn } = held(() => weighing(4, ({ weight }) => weight))
    const asked = [ask('a', 3), ask('b', 9), ask('c', 1), ask('d', 2)]
    for (const size of [2, 1, 1]) {
      await turn()
      open.at(-1)?.resolve(Array.from({ length: size }, () => 'done'))
      await turn()
    }
    await Promise.all(asked)
    expect(sent).toEqual(['a3 c1', 'b9', 'd2'])
  })

  it('takes one of each tenant at a time, where it is told to', async () => {
    const { ask, sent, open, turn } = held(() => oneOfEachTenant(2))
    const asked = [ask('a', 1), ask('a', 2), ask('b', 1), ask('c', 1)]
    for (const size of [2, 2]) {
      await turn()
      open.at(-1)?.resolve(Array.from({ length: size }, () => 'done'))
      await turn()
    }
    await Promise.all(asked)
    expect(sent).toEqual(['a1 b1', 'a2 c1'])
  })
})
