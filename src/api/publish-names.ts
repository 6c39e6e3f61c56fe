import type { TenantName } from '#domain/directory/tenant-names.ts'
import type { DirectoryEntry } from '#domain/ports/directory.ts'
import type { Services } from './services.ts'

/**
 * Makes names permanent right after the commit they follow from, so that they are found at once. The commit stands whatever
 * comes of it: the projector tells the directory again when it follows the log.
 */
export async function publishNames(
  { directory, logger }: Pick<Services, 'directory' | 'logger'>,
  names: readonly TenantName[],
  entry: DirectoryEntry,
  position: number,
): Promise<void> {
  try {
    await Promise.all(names.map(({ kind, key }) => directory.confirm(kind, key, entry, position)))
  } catch (fault) {
    logger.warn('the directory did not learn a name yet', { tenantId: entry.tenantId, fault: String(fault) })
  }
}
