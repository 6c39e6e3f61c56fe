import type { EventEnvelope } from '#common/envelope.ts'
import type { Directory, DirectoryKind } from '../ports/directory.ts'
import type { KeyVault } from '../ports/key-vault.ts'
import type { Logger } from '../ports/logger.ts'
import { isReadable, rowsOf, type FoldedPage, type PageEvent } from '../projection/fold-page.ts'
import type { Recorded } from '../projection/view.ts'
import type { ViewName, ViewPage } from '../projection/views.ts'
import { LEASE } from './claim-name.ts'
import { nameChanges, type NameChanges, type TenantName } from './tenant-names.ts'

export interface DirectoryFollowerOptions {
  readonly directory: Pick<Directory, 'confirm' | 'release' | 'reserve'>
  readonly keyVault: Pick<KeyVault, 'emailIndex'>
  readonly logger: Pick<Logger, 'error'>
}

/** Names that have come and gone, with the position from which it is so. */
interface DatedChanges extends Pick<NameChanges, 'confirmed'> {
  readonly released: readonly (TenantName & { readonly position: number })[]
}

/** A page of events, the rows it was folded over, and what has become of them. */
interface Folded extends FoldedPage {
  readonly page: readonly PageEvent[]
  readonly before: ViewPage
}

/** The directory follows the log too: a tenant whose names were never confirmed by whoever created it gets them here. */
export class DirectoryFollower {
  readonly #options: DirectoryFollowerOptions

  constructor(options: DirectoryFollowerOptions) {
    this.#options = options
  }

  /** Which names have come and gone with a page, as far as these views tell. */
  changesOf(folded: Folded, views: readonly ViewName[]): DatedChanges {
    const of = (rows: ViewPage) => rowsOf(rows, (name) => views.includes(name))
    const { before, rows, page } = folded
    const { confirmed, released } = nameChanges(of(before), of(rows), followed(folded, views), this.#options.keyVault)
    // No further than the view has come that says so: what it has not followed may give the name again.
    const reached = (view: ViewName) => (failureOf(folded, view)?.position ?? Infinity) - 1
    const end = page.at(-1)?.envelope.position ?? 0
    return {
      confirmed,
      released: released.map((name) => ({ ...name, position: Math.min(end, reached(namingView(name.kind))) })),
    }
  }

  /**
   * Tells the directory. Late, or twice, does no harm.
   * @param envelope of any event of the page
   */
  async tell(
    { tenantId, region }: Pick<EventEnvelope, 'tenantId' | 'region'>,
    { confirmed, released }: DatedChanges,
  ): Promise<void> {
    const { directory, logger } = this.#options
    await Promise.all(released.map(({ kind, key, position }) => directory.release(kind, key, tenantId, position)))
    const entry = { tenantId, region }
    await Promise.all(
      confirmed.map(async ({ kind, key, position }) => {
        if (await directory.confirm(kind, key, entry, position)) return
        // Nobody has reserved it for the tenant: the directory may have been lost, and follows the log anew.
        const mayHave = kind !== 'email' && (await directory.reserve(kind, key, entry, LEASE)).kind === 'reserved'
        if (mayHave && (await directory.confirm(kind, key, entry, position))) return
        logger.error('a name of the tenant’s belongs to another tenant', { tenantId, kind })
      }),
    )
  }
}

/** The views that say which names a tenant has, by the first part of the events' types. */
const NAMING: Readonly<Record<string, ViewName>> = { tenant: 'tenant_details', user: 'user_profile' }

/** The view that says which names of a kind a tenant has. */
const namingView = (kind: DirectoryKind): ViewName => (kind === 'email' ? 'user_profile' : 'tenant_details')

/** The events of a page that those views have followed: of others nobody knows which names have come or gone. */
function followed(folded: Folded, views: readonly ViewName[]): readonly Recorded[] {
  return folded.page.filter(isReadable).filter(({ envelope: { type, position } }) => {
    const naming = NAMING[type.slice(0, type.indexOf('.'))]
    return (
      naming !== undefined && views.includes(naming) && position < (failureOf(folded, naming)?.position ?? Infinity)
    )
  })
}

/** The event that a view could not fold. */
const failureOf = ({ failures }: Folded, name: ViewName): EventEnvelope | undefined =>
  failures.find(({ view }) => view === name)?.envelope
