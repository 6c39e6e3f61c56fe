import { AccessDeniedError, isCommandError, NotFoundError, UnsupportedError } from '@eventstore/db-client'
import type { ProjectionInstalled, StoreAdministration } from '#domain/ports/store-administration.ts'
import type { GrpcConnection } from './grpc-connection.ts'

/** gRPC's status of a method that a server does not have. */
const UNIMPLEMENTED = 12

/** Projections over gRPC, through the vendor's client. */
export class GrpcProjections implements StoreAdministration {
  readonly #connection: GrpcConnection
  readonly #call: { readonly deadline: number }

  constructor(connection: GrpcConnection, call: { readonly deadline: number }) {
    this.#connection = connection
    this.#call = call
  }

  /** The protocol does not show the query of a projection: one that is there is brought up to date, changed or not. */
  async installProjection(name: string, query: string): Promise<ProjectionInstalled> {
    try {
      return await this.#connection.use(async (client) => {
        const known = (await client.listProjections(this.#call)).some((projection) => projection.name === name)
        if (known) await client.updateProjection(name, query, { ...this.#call, emitEnabled: true })
        else await client.createProjection(name, query, { ...this.#call, emitEnabled: true })
        await client.enableProjection(name, this.#call)
        return known ? 'updated' : 'created'
      })
    } catch (fault) {
      return refusal(fault)
    }
  }

  async enableProjection(name: string) {
    try {
      await this.#connection.use((client) => client.enableProjection(name, this.#call))
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
