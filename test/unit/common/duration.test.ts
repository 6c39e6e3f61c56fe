import { describe, expect, it } from 'vitest'
import { durationBetween, formatDuration, parseDuration } from '#common/duration.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

describe('parseDuration', () => {
  it.each([
    ['45s', 45_000],
    ['15m', 15 * MINUTE],
    ['24h', DAY],
    ['30d', 30 * DAY],
    ['0d', 0],
    ['P30D', 30 * DAY],
    ['PT1H', HOUR],
    ['PT1H30M', 90 * MINUTE],
    ['P1DT2H3M4S', DAY + 2 * HOUR + 3 * MINUTE + 4_000],
    ['PT90M', 90 * MINUTE],
  ])('reads %s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds)
  })

  it.each([
    '',
    'P',
    'PT',
    'P1DT',
    'PT5',
    'T1H',
    '30',
    'd',
    '-1d',
    '+1d',
    '1.5h',
    '1 d',
    ' 1d',
    '1d\n',
    '1D',
    'p1d',
    'P1M',
    'P1Y',
    'P1W',
    'PT1.5S',
    'PT1M1H',
    '9999999999d',
    '١d',
  ])('reads %j as no duration', (text) => {
    expect(parseDuration(text)).toBeUndefined()
  })
})

describe('formatDuration', () => {
  it.each([
    [0, 'PT0S'],
    [999, 'PT0S'],
    [1_000, 'PT1S'],
    [HOUR, 'PT1H'],
    [DAY, 'P1D'],
    [DAY + HOUR + MINUTE + 1_000, 'P1DT1H1M1S'],
    [365 * DAY, 'P365D'],
  ])('writes %d ms as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text)
  })
})

describe('durationBetween', () => {
  const retention = durationBetween('30d', '365d')

  it('takes its bounds, and nothing beyond them', () => {
    expect(retention.safeParse('30d').data).toBe('P30D')
    expect(retention.safeParse('365d').data).toBe('P365D')
    expect(retention.safeParse('29d').success).toBe(false)
    expect(retention.safeParse('P30D').success).toBe(true)
    expect(retention.safeParse('P29DT23H59M59S').success).toBe(false)
    expect(retention.safeParse('365d1s').success).toBe(false)
    expect(retention.safeParse('P365DT1S').success).toBe(false)
  })

  it('gives equal durations one spelling, which it reads back', () => {
    expect(retention.parse('720h')).toBe(retention.parse('30d'))
    expect(retention.parse(retention.parse('43201m'))).toBe('P30DT1M')
  })

  it('says which code a wrong duration has', () => {
    const issue = (text: string) => retention.safeParse(text).error?.issues[0]
    expect(issue('soon')).toMatchObject({ params: { code: 'validation.invalid_format' } })
    expect(issue('1d')).toMatchObject({
      params: { code: 'validation.out_of_range', bound: 'both', min: '30d', max: '365d' },
    })
  })
})
