import { z } from 'zod'

const SECOND = 1_000
const UNITS = { s: SECOND, m: 60 * SECOND, h: 3_600 * SECOND, d: 86_400 * SECOND } as const
const SHORT = /^(\d{1,9})([smhd])$/
const ISO = /^P(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/

/** Milliseconds of `30d`, `15m` or an ISO 8601 duration of days, hours, minutes and seconds (G-74); undefined when neither. */
export function parseDuration(text: string): number | undefined {
  const short = SHORT.exec(text)
  if (short) return Number(short[1]) * UNITS[short[2] as keyof typeof UNITS] // the expression admits no other unit
  const iso = ISO.exec(text)
  if (!iso || text === 'P') return undefined
  const [days, hours, minutes, seconds] = iso.slice(1).map((part) => Number(part ?? 0))
  return (days ?? 0) * UNITS.d + (hours ?? 0) * UNITS.h + (minutes ?? 0) * UNITS.m + (seconds ?? 0) * UNITS.s
}

/** ISO 8601 form of a duration given in milliseconds: what every answer carries. */
export function formatDuration(milliseconds: number): string {
  let rest = Math.floor(milliseconds / SECOND)
  const take = (unit: number) => {
    const count = Math.floor(rest / (unit / SECOND))
    rest -= count * (unit / SECOND)
    return count
  }
  const days = take(UNITS.d)
  const hours = take(UNITS.h)
  const minutes = take(UNITS.m)
  const time = `${hours ? `${hours}H` : ''}${minutes ? `${minutes}M` : ''}${rest ? `${rest}S` : ''}`
  const text = `P${days ? `${days}D` : ''}${time ? `T${time}` : ''}`
  return text === 'P' ? 'PT0S' : text
}

const OUT_OF_RANGE = 'validation.out_of_range'

/** A duration within bounds (given as `30d`), normalised to ISO 8601 so that equal durations are equal strings. */
export const durationBetween = (min: string, max: string) =>
  z.string().transform((text, context) => {
    const value = parseDuration(text)
    if (value === undefined) {
      context.addIssue({ code: 'custom', message: 'duration', params: { code: 'validation.invalid_format' } })
      return z.NEVER
    }
    if (value < (parseDuration(min) ?? 0) || value > (parseDuration(max) ?? 0)) {
      context.addIssue({
        code: 'custom',
        message: 'range',
        params: { code: OUT_OF_RANGE, bound: 'both', min, max },
      })
      return z.NEVER
    }
    return formatDuration(value)
  })
