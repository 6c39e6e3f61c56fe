import { V7Generator } from 'uuidv7'
import {
  encodeUuid,
  ID_PREFIXES,
  type CommandId,
  type InvitationId,
  type SessionId,
  type TenantId,
  type UserId,
} from '#common/ids.ts'

/** Random numbers that are still to be given out: asking the system for a few at a time costs more than all the rest. */
const pool = new Uint32Array(1_024)
let left = 0

const generator = new V7Generator({
  nextUint32() {
    if (left === 0) {
      crypto.getRandomValues(pool)
      left = pool.length
    }
    left--
    return pool[left] ?? 0
  },
})

const mint = (prefix: string): string => `${prefix}_${encodeUuid(generator.generate().bytes)}`

/** New ids, sorted by the time of their making. Made before a command is sent, so that deciding stays pure. */
export const newId = {
  tenant: () => mint(ID_PREFIXES.tenant) as TenantId, // of the right form by construction, like those below
  user: () => mint(ID_PREFIXES.user) as UserId,
  session: () => mint(ID_PREFIXES.session) as SessionId,
  invitation: () => mint(ID_PREFIXES.invitation) as InvitationId,
  command: () => mint(ID_PREFIXES.command) as CommandId,
  request: () => mint(ID_PREFIXES.request),
  operation: () => mint(ID_PREFIXES.operation),
} as const
