import directoryAndKeys from '../migrations/0003_directory_and_keys.sql'
import directoryPositions from '../migrations/0004_directory_positions.sql'
import checkpointGeneration from '../migrations/0016_checkpoint_generation.sql'
import commitLookups from '../migrations/0005_commit_lookups.sql'
import commitSets from '../migrations/0008_commit_sets.sql'
import rowsInPlace from '../migrations/0009_rows_in_place.sql'
import fenceReleases from '../migrations/0017_fence_releases.sql'
import rebuildsAndRetries from '../migrations/0018_rebuilds_and_retries.sql'
import forwarding from '../migrations/0006_forwarding.sql'
import projectionHalts from '../migrations/0007_projection_halts.sql'
import projectionCalls from '../migrations/0010_projection_calls.sql'
import confirmProjected from '../migrations/0020_confirm_projected.sql'
import namesGivenBack from '../migrations/0019_names_given_back.sql'
import eventStore from '../migrations/0013_event_store.sql'
import projectionSets from '../migrations/0015_projection_sets.sql'
import rowsAtCheckpoint from '../migrations/0014_rows_at_checkpoint.sql'
import restoredViews from '../migrations/0011_restored_views.sql'
import publishing from '../migrations/0012_publishing.sql'
import readModels from '../migrations/0001_read_models.sql'
import tenantLog from '../migrations/0002_tenant_log.sql'
import type { Migration } from '#infrastructure/postgres/migrate.ts'

/** Every migration, compiled in. */
export const MIGRATIONS: readonly Migration[] = [
  { name: '0001_read_models', text: readModels },
  { name: '0002_tenant_log', text: tenantLog },
  { name: '0003_directory_and_keys', text: directoryAndKeys },
  { name: '0004_directory_positions', text: directoryPositions },
  { name: '0005_commit_lookups', text: commitLookups },
  { name: '0006_forwarding', text: forwarding },
  { name: '0007_projection_halts', text: projectionHalts },
  { name: '0008_commit_sets', text: commitSets },
  { name: '0009_rows_in_place', text: rowsInPlace },
  { name: '0010_projection_calls', text: projectionCalls },
  { name: '0011_restored_views', text: restoredViews },
  { name: '0012_publishing', text: publishing },
  { name: '0013_event_store', text: eventStore },
  { name: '0014_rows_at_checkpoint', text: rowsAtCheckpoint },
  { name: '0015_projection_sets', text: projectionSets },
  { name: '0016_checkpoint_generation', text: checkpointGeneration },
  { name: '0017_fence_releases', text: fenceReleases },
  { name: '0018_rebuilds_and_retries', text: rebuildsAndRetries },
  { name: '0019_names_given_back', text: namesGivenBack },
  { name: '0020_confirm_projected', text: confirmProjected },
]
