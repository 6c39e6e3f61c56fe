import { describe, expect, it } from 'vitest'
import { ShortMemory } from '#infrastructure/shared/short-memory.ts'

describe('ShortMemory', () => {
  it('remembers a value for two seconds after it was set, however it grows', () => {
    let now = 0
    const memory = new ShortMemory<string>(() => now, 10)
    memory.set('ten_a', 'a', 1)
    now = 1_500
    memory.resize('ten_a', 2)
    now = 2_000
    expect(memory.get('ten_a')).toBe('a')
    now = 2_001
    expect(memory.get('ten_a')).toBeUndefined()
  })

  it('forgets what was set longest ago where all of it is too much, by the sizes told last', () => {
    const memory = new ShortMemory<string>(() => 0, 10)
    memory.set('ten_a', 'a', 9)
    memory.set('ten_b', 'b', 1)
    memory.resize('ten_a', 3)
    memory.set('ten_c', 'c', 6)
    expect(['ten_a', 'ten_b', 'ten_c'].map((id) => memory.get(id))).toEqual(['a', 'b', 'c'])
    memory.set('ten_a', 'a again', 3)
    memory.set('ten_d', 'd', 1)
    expect(['ten_a', 'ten_b', 'ten_c', 'ten_d'].map((id) => memory.get(id))).toEqual(['a again', undefined, 'c', 'd'])
  })

  it('takes nothing that is too much alone, and has all its room again', () => {
    const memory = new ShortMemory<string>(() => 0, 10)
    memory.set('ten_a', 'a', 11)
    expect(memory.get('ten_a')).toBeUndefined()
    memory.resize('ten_a', 5)
    memory.set('ten_b', 'b', 10)
    expect(memory.get('ten_b')).toBe('b')
    memory.delete('ten_b')
    memory.set('ten_c', 'c', 10)
    expect(memory.get('ten_c')).toBe('c')
  })
})
