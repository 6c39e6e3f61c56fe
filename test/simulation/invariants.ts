import type { EventEnvelope } from '#common/envelope.ts'
import { verifyLog } from '#domain/event-store/verify-log.ts'
import { tenantStream } from '#domain/event-store/stream-event.ts'
import type { ViewPage } from '#domain/projection/views.ts'
import type { WriterTools } from '#domain/writer/decide-batch.ts'
import { isLinearizable } from '../support/linearizability.ts'
import { usersModel, type UserOperation } from '../support/users-model.ts'
import { ADDRESSES, type Acknowledged, type Diary, type Order } from './client.ts'
import { foreignRevision } from './foreigner.ts'
import { checkViews, foldTo } from './view-rows.ts'
import { emailIndexOf } from './tools.ts'
import { ROOM } from './founder.ts'
import type { TenantRecords, World } from './world.ts'

/** What every history must end in. What must never be seen on the way is looked at as it happens (`World.violated`). */
export async function checkTenant(world: World, tenant: TenantRecords, diary: Diary, founded: Acknowledged) {
  const tools = world.tools(0, 0)
  const { log, tenantId } = tenant
  const { events } = log
  const byKey = Map.groupBy(events, ({ correlationId }) => correlationId)
  const acknowledged = [founded, ...diary.acknowledged]

  for (const one of acknowledged) checkAcknowledged(world, one, byKey)
  checkEffects(world, byKey)
  await checkStore(world, tenant, tools)
  if (tenant.views.position !== log.head.position)
    world.violated('views = fold of the log', `${tenantId}: position ${tenant.views.position} of ${log.head.position}`)
  await checkViews(world, tenant)
  const folded = foldTo(tenant, tools, () => log.head.position)
  world.broker?.subscriber.check(tenantId, events)
  await checkNames(world, tenantId, folded)
  checkMails(world, events)
  const history = [...diary.history, ...untold(diary, byKey)]
  if (!isLinearizable(usersModel(ROOM, ['tenant.fenced']), history))
    world.violated('linearizability', history.map((one) => JSON.stringify(one)).join('\n'))
}

type ByKey = ReadonlyMap<string, readonly EventEnvelope[]>

const EVENTS_OF: { readonly [Type in Order['command']['type']]?: readonly string[] } = {
  'tenant.create': ['tenant.created', 'user.registered', 'user.invited'],
  'user.register': ['user.registered', 'user.invited'],
  'user.update_profile': ['user.profile_updated'],
}

function checkAcknowledged(world: World, { order, receipt }: Acknowledged, byKey: ByKey): void {
  const found = byKey.get(order.key) ?? []
  const types = found.map(({ type }) => type).join()
  if (found.length === 0) world.violated('acknowledged ⊆ log', `${order.key} is not in the log`)
  else if (types !== EVENTS_OF[order.command.type]?.join())
    world.violated('one effect a key', `${order.key} has the events ${types}`)
  else if (found.at(-1)?.position !== receipt.position)
    world.violated('acknowledged ⊆ log', `${order.key} is not where its answer said`)
}

/** Of orders that nobody was told of, too. */
function checkEffects(world: World, byKey: ByKey): void {
  for (const [key, events] of byKey) {
    const types = events.map(({ type }) => type)
    if (new Set(types).size !== types.length)
      world.violated('one effect a key', `${key} has the events ${types.join()}`)
  }
}

async function checkStore(world: World, { tenantId, log }: TenantRecords, { cryptography }: WriterTools) {
  const stream = tenantStream(tenantId)
  const foreign = foreignRevision(world, stream)
  const { head, forwarding } = log
  const read = async (after: number, limit: number) => log.events.slice(after, after + limit)
  const { fence } = forwarding
  if (foreign === undefined) {
    const verified = await verifyLog(
      { tenantId, head, readHead: async () => head, forwarded: forwarding.forwarded, read },
      world.streams,
      cryptography,
    )
    if (verified.kind === 'differs')
      world.violated('event store = log', `position ${verified.position}: ${verified.difference}`)
    else if (verified.stored < head.position)
      world.violated('event store = log', `${verified.stored} of ${head.position} events are in the store`)
    if (fence) world.violated('fenced for a reason only', `${fence.reason} at ${fence.position}`)
    return
  }
  const stored = world.streams.streams.get(stream) ?? []
  const known = log.events
  for (const [revision, { id }] of stored.entries()) {
    if (revision < foreign ? id === known[revision]?.eventId : revision === foreign) continue
    world.violated('nothing behind a foreign event', `revision ${revision}`)
  }
  if (head.position > foreign && fence?.reason !== 'foreign_event')
    world.violated('a foreign event fences the tenant', `at revision ${foreign}, the log goes to ${head.position}`)
}

/** The directory says of every name whether the tenant has it. */
async function checkNames(world: World, tenantId: string, { tenant_details, user_profile }: ViewPage): Promise<void> {
  const check = async (kind: 'slug' | 'email', key: string, name: string, isHeld: boolean) => {
    const found = (await world.directory.find(kind, key)).some((entry) => entry.tenantId === tenantId)
    if (found !== isHeld)
      world.violated('the directory knows every name', `${tenantId} ${isHeld ? 'has' : 'has not'} the ${kind} ${name}`)
  }
  for (const { slug } of tenant_details) await check('slug', slug, slug, true)
  const held = new Set(user_profile.map(({ email }) => email))
  for (const email of ADDRESSES) await check('email', emailIndexOf(email), email, held.has(email))
}

function checkMails(world: World, events: readonly EventEnvelope[]): void {
  const sent = new Set(world.mails.map(({ subject }) => subject))
  for (const { type, correlationId } of events) {
    // The founder's invitation is handed over in person.
    if (type !== 'user.invited' || correlationId.startsWith('founding')) continue
    if (!sent.has(correlationId)) world.violated('every mail is sent', correlationId)
  }
}

/** What the log tells of orders whose answers nobody has heard: each took effect at some time after it was first sent. */
const untold = ({ inDoubt }: Diary, byKey: ByKey): readonly UserOperation[] =>
  inDoubt.flatMap(({ order, request, called }): readonly UserOperation[] => {
    const last = byKey.get(order.key)?.at(-1)
    if (!last) return []
    const name = request.kind === 'rename' ? { name: request.name } : {}
    return [
      { called, returned: Infinity, input: request, output: { ok: true, version: last.aggregate.version, ...name } },
    ]
  })
