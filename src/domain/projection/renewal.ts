import type { Logger } from '../ports/logger.ts'
import type { Rebuilt } from './rebuild.ts'
import type { ViewName } from './views.ts'

/** A tenant that an earlier version of the product has made rows of. */
export interface OutdatedTenant {
  readonly tenantId: string
  readonly views: readonly ViewName[]
}

export interface RenewalOptions {
  /** Outdated tenants with an id after the one given, in the order of ids; none where there are no more. */
  readonly outdated: (after: string) => Promise<readonly OutdatedTenant[]>
  /** @param onEvents called while it goes on; what it throws ends the rebuild, which can be taken up again */
  readonly rebuild: (tenantId: string, views: readonly ViewName[], onEvents: () => void) => Promise<Rebuilt>
  readonly logger: Pick<Logger, 'info' | 'error'>
}

/** Rebuilds what an earlier version of the product has made. Readers are served what there is meanwhile. */
export class Renewal {
  readonly #options: RenewalOptions
  /** Tenants that could not be rebuilt, and why: told once. */
  readonly #failed = new Map<string, string>()
  #stopped = false
  #running: Promise<void> = Promise.resolve()

  constructor(options: RenewalOptions) {
    this.#options = options
  }

  /** Renews all outdated tenants, one after the other; one that cannot be rebuilt holds up no other. */
  run(): Promise<void> {
    const run = this.#renewAll()
    this.#running = run.catch(() => undefined)
    return run
  }

  /** Never throws. */
  async renew({ tenantId, views }: OutdatedTenant): Promise<void> {
    const { rebuild, logger } = this.#options
    const goesOn = () => {
      if (this.#stopped) throw new Error('the process stops')
    }
    const trouble = await rebuild(tenantId, views, goesOn).then(troubleOf, (fault: unknown) => String(fault))
    if (trouble === undefined) {
      this.#failed.delete(tenantId)
      logger.info('views of an earlier version have been rebuilt', { tenantId, views })
    } else if (trouble !== '' && !this.#stopped && this.#failed.get(tenantId) !== trouble) {
      this.#failed.set(tenantId, trouble)
      logger.error('views of an earlier version could not be rebuilt', { tenantId, views, fault: trouble })
    }
  }

  /** Ends the rebuild under way, for another process to take up, and begins no other. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
  }

  async #renewAll(): Promise<void> {
    for (let after = ''; !this.#stopped;) {
      const outdated = await this.#options.outdated(after)
      const last = outdated.at(-1)
      if (!last) return
      for (const tenant of outdated) {
        if (this.#stopped) return
        await this.renew(tenant)
      }
      after = last.tenantId
    }
  }
}

/** What stands between a tenant and its rebuilt views: nothing (undefined), or a rebuild that somebody else is at (an empty text). */
function troubleOf(rebuilt: Rebuilt): string | undefined {
  switch (rebuilt.kind) {
    case 'rebuilt':
      return undefined
    case 'busy':
      return ''
    case 'failed': {
      const { view, envelope, fault } = rebuilt.failure
      return `${view} cannot fold the event at position ${envelope.position}: ${String(fault)}`
    }
    case 'broken':
      return `the log is not whole from position ${rebuilt.position} on`
    case 'keyless':
      return `the keys of ${rebuilt.subjects} people are missing`
    default:
      return 'there is no log of it'
  }
}
