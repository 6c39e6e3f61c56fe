/** How a command ended. `failed`: nobody can say whether it was carried out. */
export type CommandOutcome = 'accepted' | 'replayed' | 'refused' | 'failed'

/** Takes what is measured while the product works. Cheap, and never throws. Durations are in seconds. */
export interface Metrics {
  /** A command at the tenant's writer, by its type (`user.register`). */
  command(type: string, outcome: CommandOutcome, duration: number): void
  /** A query of the read models, by its name. */
  query(name: string, succeeded: boolean, duration: number): void
  /** A look into the cache for rows of a view. */
  cached(view: string, found: boolean): void
  /** A request to the API, by method and route (never its path), with the status it was answered with. */
  request(method: string, route: string, status: number, duration: number): void
  /** Events of one tenant that were folded into its views together, in how long. */
  projected(events: number, duration: number): void
  /** A view of a tenant that stands still at an event. */
  halted(view: string): void
}

/** What a scrape asks the database for: how far those who follow the logs have come. */
export interface PipelineStatus {
  readonly tenants: number
  readonly events: number
  /** Events that the read models, and the event store, have not followed yet, and those that have not been published. */
  readonly toProject: number
  readonly toForward: number
  readonly toPublish: number
  readonly fenced: number
  /** Views that stand still, by view. */
  readonly halted: Readonly<Record<string, number>>
  /** The tenants whose read models lag most, with the view that follows least. */
  readonly lagging: readonly TenantLag[]
}

export interface TenantLag {
  readonly tenantId: string
  readonly view: string
  readonly events: number
  readonly seconds: number
}
