import { uuidv7obj } from 'uuidv7'
import {
  encodeUuid,
  ID_PREFIXES,
  type CommandId,
  type InvitationId,
  type SessionId,
  type TenantId,
  type UserId,
} from '#common/ids.ts'

const mint = (prefix: string): string => `${prefix}_${encodeUuid(uuidv7obj().bytes)}`

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
