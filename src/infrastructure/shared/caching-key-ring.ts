import { exportJWK, generateKeyPair, calculateJwkThumbprint } from 'jose'
import { fromUtf8, toUtf8 } from '#common/bytes.ts'
import type { Json } from '#common/json.ts'
import { addKey, nextKeyFrom, signingKeyAt, type KeyRingState, type RingKey } from '#domain/keys/key-ring.ts'
import type { Clock } from '#domain/ports/clock.ts'
import type { KeyRing, KeyRingStore } from '#domain/ports/key-ring.ts'
import type { KeyVault } from '#domain/ports/key-vault.ts'

type Jwk = Readonly<Record<string, Json>>

const FRESH_FOR = 5 * 60_000
/** An unknown key id makes the ring be read again, but no more often than this: anybody can send one. */
const LOOK_AGAIN_AFTER = 10_000
const OWNER = 'key-ring'

/** The key ring over its store: kept in memory for 5 minutes, rotated by whoever first sees that it is due. */
export class CachingKeyRing implements KeyRing {
  readonly #store: KeyRingStore
  readonly #vault: KeyVault
  readonly #clock: Clock
  #cached: { readonly at: number; readonly state: KeyRingState } | undefined

  constructor(store: KeyRingStore, vault: KeyVault, clock: Clock) {
    this.#store = store
    this.#vault = vault
    this.#clock = clock
  }

  async signingKey() {
    const state = await this.#state(FRESH_FOR)
    const key = signingKeyAt(state, this.#clock()) ?? state.keys[0]
    if (!key) throw new Error('the key ring is empty')
    const opened = this.#vault.unwrap(key.wrappedPrivateJwk, OWNER)
    if (!opened) throw new Error('a signing key does not open under the master key in use')
    return { kid: key.kid, privateJwk: JSON.parse(toUtf8(opened)) as Jwk } // authenticated: wrapped below
  }

  async verificationKey(kid: string) {
    const find = (state: KeyRingState) => state.keys.find((key) => key.kid === kid)?.publicJwk
    return find(await this.#state(FRESH_FOR)) ?? find(await this.#state(LOOK_AGAIN_AFTER))
  }

  async jwks() {
    const state = await this.#state(FRESH_FOR)
    return { keys: state.keys.map(({ kid, publicJwk }) => ({ ...publicJwk, kid, alg: 'ES256', use: 'sig' })) }
  }

  /** What is kept is the ring itself, never a promise of it: in workerd that would end with the request that made it. */
  async #state(freshFor: number): Promise<KeyRingState> {
    const now = this.#clock()
    if (this.#cached && now - this.#cached.at < freshFor) return this.#cached.state
    const state = await this.#load()
    if (!this.#cached || this.#cached.at <= now) this.#cached = { at: now, state }
    return state
  }

  async #load(): Promise<KeyRingState> {
    for (;;) {
      const state = (await this.#store.read()) ?? { revision: 0, keys: [] }
      const now = this.#clock()
      const activeFrom = nextKeyFrom(state, now)
      if (activeFrom === undefined) return state
      const next = addKey(state, await this.#makeKey(activeFrom), now)
      if (await this.#store.write(state.revision, next)) return next
      // Another replica rotated first: take its key.
    }
  }

  async #makeKey(activeFrom: number): Promise<RingKey> {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
    const publicJwk = (await exportJWK(publicKey)) as Jwk // a JWK is JSON
    const wrappedPrivateJwk = this.#vault.wrap(fromUtf8(JSON.stringify(await exportJWK(privateKey))), OWNER)
    return { kid: await calculateJwkThumbprint(publicJwk), publicJwk, wrappedPrivateJwk, activeFrom }
  }
}
