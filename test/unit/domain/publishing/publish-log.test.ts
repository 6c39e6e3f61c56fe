import { describe, expect, it } from 'vitest'
import type { EventEnvelope } from '#common/envelope.ts'
import { PublicationRefusedFault } from '#domain/ports/publication.ts'
import { publishLog } from '#domain/publishing/publish-log.ts'
import { MemoryPublication } from '../../../support/memory-publication.ts'

/** A log of so many events, and somebody who keeps those up to a position and refuses the next. */
function opened({ length, room = Infinity }: { readonly length: number; readonly room?: number }) {
  const storage = new MemoryPublication()
  storage.append('ten_a', length)
  const pages: (readonly number[])[] = []
  const subscriber = { room }
  const publisher = {
    async publish(events: readonly EventEnvelope[]) {
      const positions = events.map(({ position }) => position)
      pages.push(positions)
      const kept = positions.filter((position) => position <= subscriber.room).length
      if (kept < positions.length) throw new PublicationRefusedFault('full', kept)
    },
  }
  const publish = (carefully = false) => publishLog('ten_a', { storage, publisher, carefully })
  return { storage, pages, subscriber, publish, sizes: () => pages.map((page) => page.length) }
}

describe('the publication of a log', () => {
  it('goes by the page, and says how far it has come', async () => {
    const { storage, publish, sizes } = opened({ length: 250 })
    expect(await publish()).toBe(250)
    expect(sizes()).toEqual([100, 100, 50])
    expect(storage.backlog('ten_a')).toBe(0)
    expect(await publish()).toBe(0)
  })

  it('goes on from the event that was refused, not from the beginning of its page', async () => {
    const { storage, pages, subscriber, publish } = opened({ length: 60, room: 41 })
    await expect(publish()).rejects.toThrow(PublicationRefusedFault)
    expect(storage.backlog('ten_a')).toBe(19)
    subscriber.room = Infinity
    expect(await publish()).toBe(60)
    expect(pages[1]?.[0]).toBe(42)
  })

  it('counts nothing where the first was refused', async () => {
    const { storage, publish } = opened({ length: 5, room: 0 })
    await expect(publish()).rejects.toThrow(PublicationRefusedFault)
    expect(storage.backlog('ten_a')).toBe(5)
  })

  it('counts nothing of a page that failed for another reason: it may be there or not', async () => {
    const { storage } = opened({ length: 5 })
    const publisher = { publish: () => Promise.reject(new Error('away')) }
    await expect(publishLog('ten_a', { storage, publisher })).rejects.toThrow('away')
    expect(storage.backlog('ten_a')).toBe(5)
  })

  it('begins with a single event when it is careful, and doubles from there', async () => {
    const { subscriber, publish, sizes } = opened({ length: 200, room: 0 })
    await expect(publish(true)).rejects.toThrow(PublicationRefusedFault)
    expect(sizes()).toEqual([1])
    subscriber.room = Infinity
    expect(await publish(true)).toBe(200)
    expect(sizes()).toEqual([1, 1, 2, 4, 8, 16, 32, 64, 73])
  })
})
