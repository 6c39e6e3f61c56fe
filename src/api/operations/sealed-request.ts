import { fromUtf8, toUtf8 } from '#common/bytes.ts'
import type { KeyVault } from '#domain/ports/key-vault.ts'
import type { OnBehalf } from './on-behalf.ts'

/** A request as it is kept until it is run. */
export interface KeptRequest extends OnBehalf {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The answer to it, as the client would have got it at once. */
export interface KeptAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON. */
  readonly body: string
}

const owner = (operationId: string) => `operation/${operationId}`

/** Both may hold what is personal or secret: they are kept under the master key, each for its own operation. */
export const seal = (vault: KeyVault, operationId: string, content: KeptRequest | KeptAnswer): string =>
  vault.wrap(fromUtf8(JSON.stringify(content)), owner(operationId))

export const openRequest = (vault: KeyVault, operationId: string, sealed: string): KeptRequest =>
  JSON.parse(open(vault, operationId, sealed)) as KeptRequest // sealed above, as a request

export const openAnswer = (vault: KeyVault, operationId: string, sealed: string): KeptAnswer =>
  JSON.parse(open(vault, operationId, sealed)) as KeptAnswer // sealed above, as an answer

function open(vault: KeyVault, operationId: string, sealed: string): string {
  const bytes = vault.unwrap(sealed, owner(operationId))
  if (!bytes) throw new Error('an operation does not open under the master key in use')
  return toUtf8(bytes)
}
