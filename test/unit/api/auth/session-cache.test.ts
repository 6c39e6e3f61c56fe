import { describe, expect, it } from 'vitest'
import { SessionCache } from '#api/auth/session-cache.ts'
import { refuse, type Outcome } from '#common/outcome.ts'
import type { PrincipalAtHead } from '#domain/ports/tenant-writer.ts'

/** A writer whose answers come when the test says so. */
function scene(waitTogether: boolean) {
  let now = 0
  const questions: PromiseWithResolvers<Outcome<PrincipalAtHead>>[] = []
  const writer = {
    principal: () => {
      const question = Promise.withResolvers<Outcome<PrincipalAtHead>>()
      questions.push(question)
      return question.promise
    },
  }
  return {
    cache: new SessionCache(writer, () => now, { waitTogether }),
    questions,
    pass: (milliseconds: number) => (now += milliseconds),
  }
}

const ended = refuse('unauthenticated')

describe('SessionCache', () => {
  it('serves an answer for 0.8 s from when it was asked for', async () => {
    const { cache, questions, pass } = scene(false)
    const first = cache.principal('t', 's')
    pass(500)
    questions[0]?.resolve(ended)
    await first
    pass(299)
    expect(await cache.principal('t', 's')).toBe(ended)
    expect(questions).toHaveLength(1)
    pass(1)
    void cache.principal('t', 's')
    expect(questions).toHaveLength(2)
  })

  it('lets nobody wait for another’s question where requests do not wait together', async () => {
    const { cache, questions } = scene(false)
    // The client of the first has left: its question never comes to an end.
    void cache.principal('t', 's')
    const second = cache.principal('t', 's')
    expect(questions).toHaveLength(2)
    questions[1]?.resolve(ended)
    expect(await second).toBe(ended)
  })

  it('asks one question for all where requests wait together', async () => {
    const { cache, questions } = scene(true)
    const both = [cache.principal('t', 's'), cache.principal('t', 's')]
    questions[0]?.resolve(ended)
    expect(await Promise.all(both)).toEqual([ended, ended])
    expect(questions).toHaveLength(1)
  })

  it('asks anew after a fault', async () => {
    const { cache, questions } = scene(true)
    const first = cache.principal('t', 's')
    questions[0]?.reject(new Error('the writer is away'))
    await expect(first).rejects.toThrow('away')
    void cache.principal('t', 's')
    expect(questions).toHaveLength(2)
  })

  it.each([
    ['all is', (cache: SessionCache) => cache.clear()],
    ['the session is', (cache: SessionCache) => cache.forget('s')],
  ])('keeps no answer that was asked for before %s forgotten', async (_what, forget) => {
    const { cache, questions } = scene(true)
    const before = cache.principal('t', 's')
    forget(cache)
    questions[0]?.resolve(ended)
    await before
    void cache.principal('t', 's')
    expect(questions).toHaveLength(2)
  })
})
