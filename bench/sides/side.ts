import type { Measured, TenantTarget, UserTarget } from '../load/order.ts'

/** One of those who do the main job in a run: the product on one of its runtimes, or a peer. */
export interface Side {
  readonly name: string
  readonly url: string
  /** Its first process: what it starts itself are children of this one. */
  readonly pid: number
  readonly tenants: readonly TenantTarget[]
  /** The users of all tenants, whom the cells "many" draw from. */
  readonly many: readonly UserTarget[]
  /** Users of the first tenant whom no cell has changed yet: streams of "hot" cells all begin short. */
  readonly hot: readonly UserTarget[]
  /** Waits until what a load left to do in the background is done, so that it does not slow the next. */
  settle(measured: Measured): Promise<void>
  /** Updates that its database holds: events, or for a peer without events the changes that its rows have counted. */
  updatesWritten(): Promise<number>
  stop(): Promise<void>
}

/** How many tenants and users a side is prepared with. */
export interface Population {
  readonly tenants: number
  readonly usersPerTenant: number
  /** Users of the first tenant kept for "hot" cells. */
  readonly hot: number
}

/** Hands out users one by one. */
export function handOut(users: readonly UserTarget[]): () => UserTarget {
  let next = 0
  return () => {
    const user = users[next++]
    if (!user) throw new Error('more hot cells than users were prepared for')
    return user
  }
}
