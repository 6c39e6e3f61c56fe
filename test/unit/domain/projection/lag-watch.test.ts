import { beforeEach, describe, expect, it } from 'vitest'
import { LAG_THRESHOLD, LagWatch } from '#domain/projection/lag-watch.ts'

const NOON = Date.parse('2026-11-28T12:00:00Z')
const waitingFor = (milliseconds: number, tenantId = 'ten_a') => ({
  tenantId,
  waitingSince: new Date(NOON - milliseconds).toISOString(),
})

describe('a watch over read models', () => {
  let told: string[]
  let watch: LagWatch
  beforeEach(() => {
    told = []
    const tell = (level: string) => (message: string, fields?: Readonly<Record<string, unknown>>) =>
      void told.push(`${level} ${message} ${String(fields?.['tenantId'])}`)
    watch = new LagWatch({ info: tell('info'), error: tell('error') })
  })

  it('says nothing of a tenant that lags for less than the threshold', () => {
    watch.look([waitingFor(LAG_THRESHOLD)], NOON)
    expect(told).toEqual([])
  })

  it('tells once when a tenant begins to lag, and once when it has caught up', () => {
    watch.look([waitingFor(LAG_THRESHOLD + 1)], NOON)
    watch.look([waitingFor(LAG_THRESHOLD + 2), waitingFor(10, 'ten_b')], NOON)
    watch.look([waitingFor(10, 'ten_b')], NOON)
    watch.look([], NOON)
    expect(told).toEqual([
      'error read models lag behind their log ten_a',
      'info read models have caught up with their log ten_a',
    ])
  })

  it('tells of a tenant anew when it lags again', () => {
    for (const lagging of [[waitingFor(6_000)], [], [waitingFor(7_000)]]) watch.look(lagging, NOON)
    expect(told.filter((line) => line.startsWith('error'))).toHaveLength(2)
  })
})
