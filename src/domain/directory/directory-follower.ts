import type { EventEnvelope } from '#common/envelope.ts'
import type { Directory, DirectoryKind } from '../ports/directory.ts'
import type { KeyVault } from '../ports/key-vault.ts'
import type { Logger } from '../ports/logger.ts'
import { isReadable, rowsOf, type FoldedPage, type PageEvent } from '../projection/fold-page.ts'
import type { Recorded } from '../projection/view.ts'
import type { ViewName, ViewPage } from '../projection/views.ts'
import { LEASE } from './claim-name.ts'
import { nameChanges, namesWithout, type NameChanges } from './tenant-names.ts'

export interface DirectoryFollowerOptions {
  readonly directory: Pick<Directory, 'confirm' | 'release' | 'reserve'>
  readonly keyVault: Pick<KeyVault, 'emailIndex'>
  readonly logger: Pick<Logger, 'error'>
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
  changesOf(folded: Folded, views: readonly ViewName[]): NameChanges {
    const of = (rows: ViewPage) => rowsOf(rows, (name) => views.includes(name))
    return nameChanges(of(folded.before), of(folded.rows), followed(folded, views), this.#options.keyVault)
  }

  /** @param last the last event of the page that the changes are from */
  async tell({ tenantId, region, position: reached }: EventEnvelope, changes: NameChanges): Promise<void> {
    const { directory, logger } = this.#options
    const { confirmed, released } = changes
    await Promise.all(released.map(({ kind, key }) => directory.release(kind, key, tenantId, reached)))
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

  /**
   * Others have come further: what was told here after them, of names that are gone by now, was told too late. Of names given
   * after that, whoever comes to them will tell again.
   * @param reached how far those names have been followed
   * @param rows those that say whether the tenant has them now
   */
  async takeBack(
    tenantId: string,
    told: NameChanges['confirmed'],
    reached: (kind: DirectoryKind) => number,
    rows: () => Promise<ViewPage>,
  ): Promise<void> {
    const { directory, keyVault } = this.#options
    const passed = told.filter(({ kind, position }) => position <= reached(kind))
    if (passed.length === 0) return
    await Promise.all(
      namesWithout(passed, await rows(), keyVault).map(({ kind, key, position }) =>
        directory.release(kind, key, tenantId, position),
      ),
    )
  }
}

/** The views that say which names a tenant has, by the first part of the events' types. */
const NAMING: Readonly<Record<string, ViewName>> = { tenant: 'tenant_details', user: 'user_profile' }

/** The view that says which names of a kind a tenant has. */
export const namingView = (kind: DirectoryKind): ViewName => (kind === 'email' ? 'user_profile' : 'tenant_details')

/** The events of a page that those views have followed: of others nobody knows which names have come or gone. */
function followed({ page, failures }: Folded, views: readonly ViewName[]): readonly Recorded[] {
  return page.filter(isReadable).filter(({ envelope: { type, position } }) => {
    const naming = NAMING[type.slice(0, type.indexOf('.'))]
    const failure = failures.find(({ view }) => view === naming)
    return naming !== undefined && views.includes(naming) && (!failure || position < failure.envelope.position)
  })
}
