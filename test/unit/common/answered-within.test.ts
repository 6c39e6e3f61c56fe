import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { answeredWithin } from '#common/answered-within.ts'
import { UnavailableFault } from '#common/unavailable-fault.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('gives the answer, and leaves no timer behind', async () => {
  expect(await answeredWithin(1_000, Promise.resolve('answer'))).toBe('answer')
  await expect(answeredWithin(1_000, Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(vi.getTimerCount()).toBe(0)
})

it('fails as unavailable when there is no answer in time', async () => {
  const late = answeredWithin(1_000, new Promise(() => undefined))
  const failed = expect(late).rejects.toThrow(UnavailableFault)
  await vi.advanceTimersByTimeAsync(1_000)
  await failed
})
