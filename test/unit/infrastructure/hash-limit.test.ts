import { expect, it } from 'vitest'
import { createArgon2PasswordHasher } from '#infrastructure/shared/argon2-password-hasher.ts'

/** A hasher whose hashes end when they are told to. */
function slowHasher() {
  const running: { readonly end: () => void; readonly fail: (fault: Error) => void }[] = []
  let most = 0
  let now = 0
  const hasher = createArgon2PasswordHasher(
    () => {
      most = Math.max(most, ++now)
      return new Promise((resolve, reject) => {
        running.push({
          end: () => {
            now--
            resolve(new Uint8Array(32))
          },
          fail: (fault) => {
            now--
            reject(fault)
          },
        })
      })
    },
    (length) => new Uint8Array(length),
  )
  return { hasher, running, most: () => most }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

it('computes two hashes at once, lets 64 wait, and turns the others away at once', async () => {
  const { hasher, running, most } = slowHasher()
  const asked = Array.from({ length: 100 }, () => hasher.hash('x'))
  const busy = (await Promise.all(asked.slice(66))).filter(({ kind }) => kind === 'busy')
  expect(busy).toHaveLength(34)
  for (let done = 0; done < 66; done++) {
    await turn()
    running.shift()?.end()
  }
  const hashed = (await Promise.all(asked.slice(0, 66))).filter(({ kind }) => kind === 'hashed')
  expect(hashed).toHaveLength(66)
  expect(most()).toBe(2)
})

it('gives the place of a hash that failed to the next', async () => {
  const { hasher, running } = slowHasher()
  const asked = Array.from({ length: 4 }, () => hasher.verifyDummy('x'))
  await turn()
  running[0]?.fail(new Error('out of memory'))
  running[1]?.fail(new Error('out of memory'))
  await expect(asked[0]).rejects.toThrow('out of memory')
  await expect(asked[1]).rejects.toThrow('out of memory')
  await turn()
  running[2]?.end()
  running[3]?.end()
  expect(await asked[2]).toBe('mismatch')
  expect(await asked[3]).toBe('mismatch')
})
