/** A hint that a tenant's log has grown. It may be lost, doubled or reordered: nothing depends on it but speed. */
export interface WakeUp {
  readonly tenantId: string
  readonly toPosition: number
}

export interface Bus {
  publish(wakeUps: readonly WakeUp[]): Promise<void>
}
