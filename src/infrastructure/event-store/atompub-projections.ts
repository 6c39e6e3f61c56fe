import type { ProjectionInstalled, StoreAdministration } from '#domain/ports/store-administration.ts'

/** Sends a request to the server as the adapter does: with its credentials and time limit. */
export type Send = (path: string, init: RequestInit) => Promise<Response>

const SCRIPT = { 'Content-Type': 'application/json' }

/** Projections over EventStoreDB's HTTP API. */
export class AtomPubProjections implements StoreAdministration {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  async installProjection(name: string, query: string): Promise<ProjectionInstalled> {
    const known = await this.#send(`/projection/${name}/query`, { headers: { Accept: 'application/json' } })
    const text = await known.text()
    if (known.status === 401) return 'accessDenied'
    const installed = known.ok ? await this.#update(name, query, text) : await this.#create(name, query)
    if (installed === 'created' || installed === 'updated') {
      const enabled = await this.enableProjection(name)
      return enabled === 'enabled' ? installed : enabled
    }
    return installed
  }

  async enableProjection(name: string) {
    const { status } = await this.#post(`/projection/${encodeURIComponent(name)}/command/enable`)
    if (status === 401) return 'accessDenied'
    return status === 200 ? 'enabled' : 'notOffered'
  }

  async #create(name: string, query: string): Promise<ProjectionInstalled> {
    const options = `name=${name}&type=js&enabled=yes&checkpoints=yes&emit=yes&trackemittedstreams=no`
    const { status } = await this.#post(`/projections/continuous?${options}`, query)
    if (status === 401) return 'accessDenied'
    return status === 201 ? 'created' : 'notOffered'
  }

  async #update(name: string, query: string, text: string): Promise<ProjectionInstalled> {
    if (text === query) return 'unchanged'
    const { status } = await this.#post(`/projection/${name}/query?emit=yes`, query, 'PUT')
    return status === 401 ? 'accessDenied' : 'updated'
  }

  async #post(path: string, body = '', method = 'POST'): Promise<{ readonly status: number }> {
    const response = await this.#send(path, { method, headers: SCRIPT, body })
    await response.arrayBuffer()
    return response
  }
}
