import { describe, expect, it } from 'vitest'
import { ConcurrentCommit, WorkingSet } from '#domain/writer/working-set.ts'
import { MemoryTenantStorage } from '../../../support/memory-tenant-storage.ts'

function storageWith(...users: readonly string[]): MemoryTenantStorage {
  const storage = new MemoryTenantStorage()
  storage.touch(Object.fromEntries(users.map((userId) => [`email/${userId}`, { userId }])))
  return storage
}

describe('a working set', () => {
  it('fetches all reads of one turn together, each row once', async () => {
    const storage = storageWith('a', 'b')
    const rows = new WorkingSet(storage)
    expect(
      await Promise.all([
        rows.read('email', 'a'),
        rows.read('email', 'b'),
        rows.read('email', 'a'),
        rows.read('email', 'c'),
      ]),
    ).toEqual([{ userId: 'a' }, { userId: 'b' }, { userId: 'a' }, undefined])
    await rows.read('email', 'c')
    await rows.head()
    expect(storage.reads).toEqual([['email/a', 'email/b', 'email/c']])
  })

  it('shows what has been written, and takes it back to any savepoint', async () => {
    const storage = storageWith('a')
    const rows = new WorkingSet(storage)
    rows.put('email', 'b', { userId: 'b1' }, 1)
    const undo = rows.savepoint()
    rows.put('email', 'b', { userId: 'b2' }, 2)
    rows.remove('email', 'a')
    rows.put('email', 'c', { userId: 'c' }, 1, 99)
    rows.remove('email', 'c')
    expect([await rows.read('email', 'a'), await rows.version('email', 'b'), await rows.read('email', 'c')]).toEqual([
      undefined,
      2,
      undefined,
    ])
    undo()
    expect([await rows.read('email', 'a'), await rows.read('email', 'b'), await rows.read('email', 'c')]).toEqual([
      { userId: 'a' },
      { userId: 'b1' },
      undefined,
    ])
    expect(rows.changes()).toEqual({ puts: [{ ref: 'email/b', version: 1, value: { userId: 'b1' } }], deletes: [] })
  })

  it('writes only the last state of a row, and deletes nothing that was never there', async () => {
    const rows = new WorkingSet(storageWith('a'))
    await Promise.all([rows.read('email', 'a'), rows.read('email', 'b')])
    rows.put('email', 'b', { userId: 'b' }, 1)
    rows.remove('email', 'b')
    rows.remove('email', 'a')
    rows.remove('email', 'unseen')
    expect(rows.changes()).toEqual({ puts: [], deletes: ['email/a', 'email/unseen'] })
  })

  it('refuses to mix two revisions, and stays refused', async () => {
    const storage = storageWith('a')
    const rows = new WorkingSet(storage)
    await rows.read('email', 'a')
    storage.touch()
    await expect(rows.read('email', 'b')).rejects.toThrow(ConcurrentCommit)
    await expect(rows.head()).rejects.toThrow(ConcurrentCommit)
    expect(await rows.read('email', 'a')).toEqual({ userId: 'a' })
  })

  it('reads any revision when it is told to', async () => {
    const storage = storageWith('a', 'b')
    const rows = new WorkingSet(storage, undefined, { revisions: 'any' })
    await rows.read('email', 'a')
    storage.touch()
    expect(await rows.read('email', 'b')).toEqual({ userId: 'b' })
  })

  it('asks no more once a read has failed', async () => {
    const storage = storageWith('a')
    storage.readFault = new Error('no connection')
    const rows = new WorkingSet(storage)
    await expect(Promise.all([rows.read('email', 'a'), rows.read('email', 'b')])).rejects.toThrow('no connection')
    await expect(rows.read('email', 'c')).rejects.toThrow('no connection')
    expect(storage.reads).toHaveLength(1)
  })
})
