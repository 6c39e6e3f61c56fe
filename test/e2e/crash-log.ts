import { GENESIS_HASH, type EventEnvelope, type SealedPersonal } from '#common/envelope.ts'
import type { JsonObject } from '#common/json.ts'
import { readEvent } from '#domain/events/event-registry.ts'
import { verifyChain, type ChainLink } from '#domain/events/verify-chain.ts'
import { foldPage } from '#domain/projection/fold-page.ts'
import type { Recorded } from '#domain/projection/view.ts'
import type { ViewPage } from '#domain/projection/views.ts'
import { nodeCryptography } from '#infrastructure/shared/node-cryptography.ts'
import { succeeded, type Client } from './client.ts'

const PAGE = 1_000

/** An envelope as the tenant's admin is served it: `opened` is added to what was stored, and is not part of what was hashed. */
type ServedEvent = Omit<EventEnvelope, 'personal'> & {
  readonly personal?: SealedPersonal & { readonly opened?: JsonObject }
}

/** A tenant's log as its admin reads it, followed page by page, each page checked against what was read before. */
export class FollowedLog {
  readonly recorded: Recorded[] = []
  readonly #path: string
  readonly #token: string

  constructor(tenantId: string, token: string) {
    this.#path = `/api/v1/tenants/${tenantId}/events`
    this.#token = token
  }

  /** Reads what has been added. Throws where a position is missing or an event is not as it was written. */
  async follow(client: Client): Promise<this> {
    for (;;) {
      const link = this.#link()
      const { body } = succeeded(
        await client.call('GET', `${this.#path}?limit=${PAGE}&after=${link.position}`, { token: this.#token }),
      )
      const served = body['items'] as readonly ServedEvent[] // envelopes, which the hash below proves
      const envelopes = served.map((event) => asStored(event))
      const broken = verifyChain(envelopes, nodeCryptography, link)
      if (broken !== undefined) throw new Error(`the hash chain of ${this.#path} is broken at position ${broken}`)
      for (const [index, envelope] of envelopes.entries()) {
        const opened = served[index]?.personal?.opened
        const payload = { data: envelope.data, ...(opened && { personal: opened }) }
        this.recorded.push({ envelope, event: readEvent(envelope.type, envelope.schemaVersion, payload) })
      }
      if (served.length < PAGE) return this
    }
  }

  get envelopes(): readonly EventEnvelope[] {
    return this.recorded.map(({ envelope }) => envelope)
  }

  /** All views, folded from the log alone. */
  fold(): ViewPage {
    const empty: ViewPage = { tenant_details: [], tenant_metrics: [], user_profile: [], auth_sessions: [] }
    return foldPage(empty, this.recorded).rows
  }

  #link(): ChainLink {
    const last = this.recorded.at(-1)?.envelope
    return { position: last?.position ?? 0, hash: last?.hash ?? GENESIS_HASH }
  }
}

function asStored({ personal, ...event }: ServedEvent): EventEnvelope {
  if (!personal) return event
  const { keyId, ciphertext } = personal
  return { ...event, personal: { keyId, ciphertext } }
}
