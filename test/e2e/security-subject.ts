import type { ProductKey } from './security-tokens.ts'

/** A running product, and what only its operator knows of it. */
export interface Subject {
  readonly url: string
  /** Under which it is published: the issuer of its tokens. */
  readonly publicUrl: string
  readonly key: () => Promise<ProductKey> | ProductKey
}
