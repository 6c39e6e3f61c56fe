import {
  AccessDeniedError,
  isCommandError,
  NotFoundError,
  UnsupportedError,
  type EventStoreDBClient,
} from '@eventstore/db-client'
import type { ProjectionInstalled, StoreAdministration } from '#domain/ports/store-administration.ts'

/** gRPC's status of a method that a server does not have. */
const UNIMPLEMENTED = 12

/** Projections over gRPC, through the vendor's client. */
export class GrpcProjections implements StoreAdministration {
  readonly #client: EventStoreDBClient
  readonly #call: { readonly deadline: number }

  constructor(client: EventStoreDBClient, call: { readonly deadline: number }) {
    this.#client = client
    this.#call = call
  }

  /** The protocol does not show the query of a projection: one that is there is brought up to date, changed or not. */
  async installProjection(name: string, query: string): Promise<ProjectionInstalled> {
    try {
      const known = (await this.#client.listProjections(this.#call)).some((projection) => projection.name === name)
      if (known) await this.#client.updateProjection(name, query, { ...this.#call, emitEnabled: true })
      else await this.#client.createProjection(name, query, { ...this.#call, emitEnabled: true })
      await this.#client.enableProjection(name, this.#call)
      return known ? 'updated' : 'created'
    } catch (fault) {
      return refusal(fault)
    }
  }

  async enableProjection(name: string) {
    try {
      await this.#client.enableProjection(name, this.#call)
      return 'enabled'
    } catch (fault) {
      return refusal(fault)
    }
  }
}

function refusal(fault: unknown): 'accessDenied' | 'notOffered' {
  if (fault instanceof AccessDeniedError) return 'accessDenied'
  const isUnknown = fault instanceof Error && isCommandError(fault) && Number(fault.code) === UNIMPLEMENTED
  if (isUnknown || fault instanceof UnsupportedError || fault instanceof NotFoundError) return 'notOffered'
  throw fault
}
