/** What became of a projection that was to be installed. `notOffered`: the server runs none, or is not one that could. */
export type ProjectionInstalled = 'created' | 'updated' | 'unchanged' | 'accessDenied' | 'notOffered'

/** What only an administrator of an event store does, once. Faults of the connection throw. */
export interface StoreAdministration {
  /** Installs a continuous projection that may write links, or brings the one of that name up to date; it runs afterwards. */
  installProjection(name: string, query: string): Promise<ProjectionInstalled>
  /** Starts a projection that the server brings along. */
  enableProjection(name: string): Promise<'enabled' | 'accessDenied' | 'notOffered'>
}
