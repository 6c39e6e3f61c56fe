import { env } from 'cloudflare:workers'
import { evictDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { newId } from '#domain/new-id.ts'
import { createDurableDirectory } from '#infrastructure/workerd/durable-directory.ts'
import { createDurableKeyRingStore } from '#infrastructure/workerd/durable-key-ring-store.ts'
import { directoryContract } from '../contract/directory.contract.ts'
import { keyRingStoreContract } from '../contract/key-ring-store.contract.ts'

describe('Durable Objects', () => {
  directoryContract(() => createDurableDirectory(env.DIRECTORY))
  keyRingStoreContract(() => createDurableKeyRingStore(env.KEY_RING))

  it('spread the directory over many shards, each of which keeps its names when it is evicted', async () => {
    const directory = createDurableDirectory(env.DIRECTORY)
    const entry = { tenantId: newId.tenant(), region: 'eu' }
    const names = Array.from({ length: 20 }, (_, index) => `spread-${index}-${newId.request().slice(4)}`)
    const shards = new Set<string>()
    const watched = {
      getByName: (name: string) => {
        shards.add(name)
        return env.DIRECTORY.getByName(name)
      },
    } as unknown as Env['DIRECTORY'] // all that the adapter uses of it
    for (const name of names) {
      await createDurableDirectory(watched).reserve('slug', name, entry, 60_000)
      await directory.confirm('slug', name, entry, 1)
    }
    expect(shards.size).toBeGreaterThan(15)
    for (const shard of shards) await evictDurableObject(env.DIRECTORY.getByName(shard))
    for (const name of names) expect(await directory.find('slug', name)).toEqual([entry])
  })
})
