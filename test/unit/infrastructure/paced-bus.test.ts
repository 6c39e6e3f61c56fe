import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { WakeUp } from '#domain/ports/bus.ts'
import { PacedBus } from '#infrastructure/node/paced-bus.ts'

const warn = vi.fn<(message: string, fields?: Readonly<Record<string, unknown>>) => void>()
const logger = { info: warn, warn, error: warn }

describe('a paced bus', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  function bus(publish: (wakeUps: readonly WakeUp[]) => Promise<void> = () => Promise.resolve()) {
    const sent: string[] = []
    const inner = {
      publish: async (wakeUps: readonly WakeUp[]) => {
        await publish(wakeUps)
        sent.push(wakeUps.map(({ tenantId, toPosition }) => `${tenantId}@${toPosition}`).join(' '))
      },
    }
    const paced = new PacedBus(inner, logger, 100)
    return { sent, paced, wake: (tenantId: string, toPosition: number) => paced.publish([{ tenantId, toPosition }]) }
  }

  it('wakes at once what comes after a pause, then all together for what has happened in an interval', async () => {
    const { sent, wake } = bus()
    await wake('a', 1)
    expect(sent).toEqual(['a@1'])
    for (const position of [2, 3]) await wake('a', position)
    await wake('b', 1)
    expect(sent).toEqual(['a@1'])
    await vi.advanceTimersByTimeAsync(100)
    expect(sent).toEqual(['a@1', 'a@3 b@1'])
    await wake('a', 4)
    expect(sent).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(100)
    expect(sent.at(-1)).toBe('a@4')
  })

  it('holds no timer while nobody writes', async () => {
    const { sent, wake } = bus()
    await wake('a', 1)
    await vi.advanceTimersByTimeAsync(200)
    expect(vi.getTimerCount()).toBe(0)
    await wake('a', 2)
    expect(sent).toEqual(['a@1', 'a@2'])
  })

  it('sends what it holds back when it is stopped', async () => {
    const { sent, wake, paced } = bus()
    await wake('a', 1)
    await wake('a', 2)
    await paced.stop()
    expect(sent).toEqual(['a@1', 'a@2'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('goes on when the bus fails', async () => {
    let failing = false
    const { sent, wake } = bus(() => (failing ? Promise.reject(new Error('away')) : Promise.resolve()))
    await wake('a', 1)
    failing = true
    await wake('a', 2)
    await vi.advanceTimersByTimeAsync(100)
    failing = false
    await wake('a', 3)
    await vi.advanceTimersByTimeAsync(100)
    expect(sent).toEqual(['a@1', 'a@3'])
    expect(warn).toHaveBeenCalledWith('wake-ups were lost; the sweep will send them again', {
      tenants: 1,
      fault: 'Error: away',
    })
  })
})
