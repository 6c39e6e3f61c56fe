import { z } from 'zod'
import { GENESIS_HASH, type EventEnvelope } from '#common/envelope.ts'
import { UnavailableFault } from '#common/unavailable-fault.ts'
import { outboxStatus } from '#domain/forwarding/outbox-status.ts'
import { FENCE_REASONS, type Fence } from '#domain/ports/forwarding.ts'
import type { FenceRelease, Follower, OperatorOutbox } from '#domain/ports/outbox.ts'
import type { Halt } from '#domain/ports/projection-store.ts'
import type { LogRead, TenantWriter } from '#domain/ports/tenant-writer.ts'
import { VIEW_NAMES, type ViewName } from '#domain/projection/views.ts'

/** Milliseconds an answer may take. */
const ANSWER_WITHIN = 30_000
/** A view that tries again may have much to catch up with. */
const RETRY_WITHIN = 300_000
/** What the deployment gives, or takes, at a time. */
const MOST_EVENTS = 1_000
const MOST_SUBJECTS = 1_000

const StandingFence = z.object({ reason: z.enum(FENCE_REASONS), position: z.number() })
const Entry = z.object({
  tenantId: z.string(),
  position: z.number(),
  hash: z.string(),
  projected: z.number(),
  forwarded: z.number(),
  fence: StandingFence.exactOptional(),
  waitingSince: z.string().exactOptional(),
})
const Page = z.object({
  entries: z.array(Entry),
  unanswered: z.array(z.string()),
  next: z.string().exactOptional(),
})
const SubjectKeys = z.record(z.string(), z.string())
const Log = z.object({
  // The chain of hashes says more of an event than its shape does: whoever folds or compares it checks that.
  events: z.array(z.custom<EventEnvelope>((event) => typeof event === 'object' && event !== null)),
  head: z.object({ position: z.number(), hash: z.string(), revision: z.number() }),
  subjectKeys: SubjectKeys,
})
const Releases = z.object({
  items: z.array(
    z.object({ fence: StandingFence, forwarded: z.number(), reason: z.string(), by: z.string(), liftedAt: z.string() }),
  ),
})
const Retried = z.object({
  halt: z
    .object({
      view: z.enum(VIEW_NAMES),
      position: z.number(),
      eventId: z.string(),
      eventType: z.string(),
      error: z.string(),
      attempts: z.number(),
    })
    .exactOptional(),
})
const Problem = z.object({ code: z.string(), detail: z.string() })

/** The edge deployment does not answer, or not as one. Whether what was asked for had its effect is unknown. */
export class EdgeUnavailable extends UnavailableFault {
  override readonly name = 'EdgeUnavailable'
}

/** The edge deployment answers, and lets nobody in: what is to be done is in the message. */
export class EdgeRefused extends Error {
  override readonly name = 'EdgeRefused'
}

/** A problem document that says more than that: for whoever asked. */
class Refused extends Error {
  readonly code: string

  constructor({ code, detail }: z.infer<typeof Problem>) {
    super(`${code}: ${detail}`)
    this.code = code
  }
}

export interface EdgeOperationsOptions {
  /** Address of the deployment, without a slash at its end. */
  readonly url: string
  readonly token: string
}

/** What a request is beside its path. */
interface Asked {
  readonly method?: 'GET' | 'POST'
  readonly body?: unknown
  readonly within?: number
}

/**
 * An edge deployment as its operators see it: logs, keys and directory are in objects that only the Worker reaches. Events come
 * sealed and keys wrapped, as they are stored; no master key is ever sent.
 */
export class EdgeOperations implements OperatorOutbox, Pick<TenantWriter, 'log' | 'subjectKeys'> {
  readonly #base: string
  readonly #token: string

  constructor({ url, token }: EdgeOperationsOptions) {
    this.#base = `${url}/operator/v1/tenants`
    this.#token = token
  }

  async tenant(tenantId: string, follower: Follower = 'forwarded') {
    return this.#unlessUnknown(() => this.#ask(Entry, `${pathOf(tenantId)}?follower=${follower}`))
  }

  page(after: string, limit: number, follower: Follower = 'forwarded') {
    const query = new URLSearchParams({ after, limit: String(limit), follower })
    return this.#ask(Page, `?${query.toString()}`)
  }

  status(follower: Follower, limit: number) {
    return outboxStatus(this, follower, limit)
  }

  async release(tenantId: string, fence: Fence, release: FenceRelease): Promise<boolean> {
    try {
      const body = { fence, ...release }
      await this.#ask(z.unknown(), `${pathOf(tenantId)}/fence-releases`, { method: 'POST', body })
      return true
    } catch (fault) {
      if (fault instanceof Refused && fault.code === 'tenant.fence_changed') return false
      throw fault
    }
  }

  async releases(tenantId: string) {
    return (await this.#unlessUnknown(() => this.#ask(Releases, `${pathOf(tenantId)}/fence-releases`)))?.items ?? []
  }

  async events(tenantId: string, after: number, limit: number): Promise<readonly EventEnvelope[]> {
    const events: EventEnvelope[] = []
    while (events.length < limit) {
      const page = await this.log(tenantId, events.at(-1)?.position ?? after, limit - events.length)
      events.push(...page.events)
      if ((events.at(-1)?.position ?? page.head.position) >= page.head.position) break
    }
    return events
  }

  /** A page may be short and yet not be the last. Of a tenant that has no log, an empty one. */
  async log(tenantId: string, after: number, limit: number): Promise<LogRead> {
    const path = `${pathOf(tenantId)}/events?after=${after}&limit=${Math.min(limit, MOST_EVENTS)}`
    return (await this.#unlessUnknown(() => this.#ask(Log, path))) ?? NO_LOG
  }

  async subjectKeys(tenantId: string, subjectIds: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const path = `${pathOf(tenantId)}/subject-keys`
    const found: Record<string, string> = {}
    for (let at = 0; at < subjectIds.length; at += MOST_SUBJECTS) {
      const body = { subjectIds: subjectIds.slice(at, at + MOST_SUBJECTS) }
      const asked = () => this.#ask(z.object({ subjectKeys: SubjectKeys }), path, { method: 'POST', body })
      Object.assign(found, (await this.#unlessUnknown(asked))?.subjectKeys)
    }
    return found
  }

  /** As `Projector.retry`, done by the deployment, which can tell its directory. */
  async retry(tenantId: string, view: ViewName): Promise<Halt | undefined> {
    const path = `${pathOf(tenantId)}/views/${view}/retry`
    return (await this.#ask(Retried, path, { method: 'POST', within: RETRY_WITHIN })).halt
  }

  /** What is asked of one tenant; undefined when there is no log of it. */
  async #unlessUnknown<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await ask()
    } catch (fault) {
      if (fault instanceof Refused && fault.code === 'resource.not_found') return undefined
      throw fault
    }
  }

  async #ask<Answer>(schema: z.ZodType<Answer>, path: string, asked: Asked = {}): Promise<Answer> {
    const { status, body } = await this.#answer(path, asked)
    if (status === 200) {
      const read = schema.safeParse(body)
      if (read.success) return read.data
      throw new EdgeUnavailable('the edge deployment answered what this version does not understand')
    }
    const problem = Problem.safeParse(body).data
    if (status === 401) throw new EdgeRefused('the edge deployment refuses the token: check ACCI_OPERATOR_TOKEN')
    if (status === 404 && problem?.code !== 'resource.not_found')
      throw new EdgeRefused(
        'the edge deployment serves nothing to operators: check ACCI_EDGE_URL, and that ACCI_OPERATOR_TOKEN is set there',
      )
    if (problem && status < 500) throw new Refused(problem)
    throw new EdgeUnavailable(`the edge deployment answered ${status}${problem ? ` (${problem.code})` : ''}`)
  }

  async #answer(path: string, { method = 'GET', body, within = ANSWER_WITHIN }: Asked) {
    try {
      const response = await fetch(`${this.#base}${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${this.#token}`,
          Accept: 'application/json',
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        // Wherever a redirect led, the token would be shown there.
        redirect: 'manual',
        signal: AbortSignal.timeout(within),
      })
      const text = await response.text()
      return { status: response.status, body: parsed(text) }
    } catch (fault) {
      throw new EdgeUnavailable(`the edge deployment does not answer: ${causeOf(fault)}`)
    }
  }
}

const NO_LOG: LogRead = { events: [], head: { position: 0, hash: GENESIS_HASH, revision: 0 } }

const pathOf = (tenantId: string): string => `/${encodeURIComponent(tenantId)}`

/** Undefined where it is no JSON, as of somebody else's page of errors. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Node tells the reason of a failed `fetch` apart. */
function causeOf(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault)
  return fault.cause instanceof Error && fault.cause.message !== '' ? fault.cause.message : fault.message
}
