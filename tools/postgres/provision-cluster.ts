import { findOrInstallBinaries } from './binaries.ts'
import { startCluster, type Cluster, type ClusterOptions } from './cluster.ts'

/**
 * A PostgreSQL server that is the caller's alone, to be stopped and started at will. Where there are no binaries, it throws
 * what `npm test` reports as not run.
 */
export async function provisionCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const binaries = findOrInstallBinaries()
  if ('notRun' in binaries) throw new Error(`not run: ${binaries.notRun}`)
  return startCluster(binaries.folder, options)
}
