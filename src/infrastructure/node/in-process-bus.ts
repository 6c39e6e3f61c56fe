import type { Bus, WakeUp } from '#domain/ports/bus.ts'
import type { TenantWorkers } from './tenant-workers.ts'

/** The embedded bus: wakes the projector of this process. What fails or is lost on a crash, the sweep heals. */
export class InProcessBus implements Bus {
  readonly #projections: TenantWorkers

  constructor(projections: TenantWorkers) {
    this.#projections = projections
  }

  publish(wakeUps: readonly WakeUp[]): Promise<void> {
    for (const { tenantId, toPosition } of wakeUps) void this.#projections.run(tenantId, toPosition)
    return Promise.resolve()
  }
}
