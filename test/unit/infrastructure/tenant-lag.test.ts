import { describe, expect, it } from 'vitest'
import { LAG_THRESHOLD } from '#domain/projection/lag-watch.ts'
import { DueProjections } from '#infrastructure/workerd/due-projections.ts'
import { TenantLag } from '#infrastructure/workerd/tenant-lag.ts'

const START = Date.parse('2026-11-24T12:00:00Z')
const TENANT = 'ten_01jdefghjkmnpqrstvwxyz0123'

/** A tenant whose events are committed a second apart, and the log lines about it. */
class WatchedTenant {
  now = START
  readonly lines: string[] = []
  readonly saved: boolean[] = []
  #isLate = false
  projections = new DueProjections({ head: 0, projected: 0 }, () => this.now)
  lag = this.#open()

  #open(): TenantLag {
    const say = (level: string) => (message: string, fields?: object) =>
      void this.lines.push(`${level} ${message} ${JSON.stringify(fields)}`)
    const storage = {
      timestampAt: (position: number) =>
        position > this.projections.head ? undefined : new Date(START + position * 1_000).toISOString(),
      isLate: this.#isLate,
      saveLate: (isLate: boolean) => {
        this.#isLate = isLate
        this.saved.push(isLate)
      },
    }
    return new TenantLag({
      tenantId: TENANT,
      storage,
      projections: this.projections,
      logger: { info: say('info'), error: say('error') },
      now: () => this.now,
    })
  }

  commit(position: number): void {
    this.now = Math.max(this.now, START + position * 1_000)
    this.projections.committed(position)
    this.lag.committed()
  }

  project(position: number): void {
    this.projections.followed(position)
    this.lag.answered()
  }

  /** The object ends, and another begins that knows no more than what was written down. */
  restart(projected: number): void {
    this.projections = new DueProjections({ head: this.projections.head, projected }, () => this.now)
    this.lag = this.#open()
  }
}

const LAGS = `error read models lag behind their log {"tenantId":"${TENANT}","waitingSince":"2026-11-24T12:00:02.000Z"}`
const FOLLOWS = `info read models have caught up with their log {"tenantId":"${TENANT}"}`

describe('TenantLag', () => {
  it('tells once when read models begin to lag, and once when they have caught up', () => {
    const tenant = new WatchedTenant()
    tenant.commit(1)
    tenant.project(1)
    tenant.commit(2)
    tenant.now += LAG_THRESHOLD
    tenant.lag.look()
    expect(tenant.lines).toEqual([])
    tenant.now += 1
    tenant.lag.look()
    tenant.now += 30_000
    tenant.lag.look()
    tenant.commit(3)
    expect(tenant.lines).toEqual([LAGS])
    tenant.project(2)
    expect(tenant.lines).toEqual([LAGS])
    tenant.project(3)
    expect(tenant.lines).toEqual([LAGS, FOLLOWS])
    tenant.lag.look()
    expect(tenant.lines).toEqual([LAGS, FOLLOWS])
    expect(tenant.saved).toEqual([true, false])
  })

  it('sees it at a commit, where there are many before the sweep', () => {
    const tenant = new WatchedTenant()
    tenant.commit(1)
    tenant.project(1)
    for (let position = 2; position <= 20; position++) tenant.commit(position)
    expect(tenant.lines).toEqual([LAGS])
    expect(tenant.now).toBeLessThan(START + 30_000)
  })

  it('tells nobody twice where the object ends in between', () => {
    const tenant = new WatchedTenant()
    tenant.commit(1)
    tenant.project(1)
    tenant.commit(2)
    tenant.now += 6_000
    tenant.lag.look()
    tenant.restart(1)
    tenant.lag.asked()
    tenant.now += 6_000
    tenant.lag.look()
    expect(tenant.lines).toEqual([LAGS])
    tenant.restart(1)
    tenant.project(2)
    expect(tenant.lines).toEqual([LAGS, FOLLOWS])
  })

  it('takes what has not been written down for no lag: it asks first, and gives time to answer', () => {
    const tenant = new WatchedTenant()
    tenant.commit(1)
    tenant.commit(2)
    tenant.now += 30_000
    tenant.restart(1)
    expect(tenant.lag.isDoubtful).toBe(true)
    tenant.lag.look()
    tenant.lag.asked()
    tenant.now += LAG_THRESHOLD - 1
    tenant.lag.asked()
    tenant.lag.look()
    expect(tenant.lines).toEqual([])
    tenant.now += 1
    tenant.lag.look()
    expect(tenant.lines).toEqual([LAGS])
  })

  it('says nothing when it is answered in time', () => {
    const tenant = new WatchedTenant()
    tenant.commit(2)
    tenant.now += 30_000
    tenant.restart(0)
    tenant.lag.asked()
    tenant.project(2)
    tenant.now += 30_000
    tenant.lag.look()
    expect(tenant.lines).toEqual([])
    expect(tenant.lag.isDoubtful).toBe(false)
  })

  it('fails no commit when it cannot look', () => {
    const tenant = new WatchedTenant()
    const lag = new TenantLag({
      tenantId: TENANT,
      storage: {
        timestampAt: () => {
          throw new Error('disk')
        },
        isLate: false,
        saveLate: () => undefined,
      },
      projections: { isBehind: true, projected: 0 },
      logger: { info: () => undefined, error: (message) => void tenant.lines.push(message) },
    })
    lag.answered()
    expect(() => lag.committed()).not.toThrow()
    expect(tenant.lines).toEqual(['it could not be seen whether read models lag'])
  })
})
