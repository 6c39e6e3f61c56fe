import { describe, expect, it } from 'vitest'
import { GENESIS_HASH, hashedForm, type EventEnvelope } from '#common/envelope.ts'
import type { TenantId } from '#common/ids.ts'
import { openPersonal } from '#domain/events/seal-event.ts'
import { EVENT_DEFINITIONS, readEvent } from '#domain/events/event-registry.ts'
import { newId } from '#domain/new-id.ts'
import type { Mail } from '#domain/ports/mailer.ts'
import type { TenantStorage } from '#domain/ports/tenant-storage.ts'
import { evolveTenant, initialTenant, type TenantState } from '#domain/tenant/tenant-state.ts'
import { evolveUser, initialUser, type UserState } from '#domain/user/user-state.ts'
import type { Command, CommandMetadata } from '#domain/writer/command.ts'
import { TenantWriterCore } from '#domain/writer/tenant-writer-core.ts'
import { beginLogin, bySystem, createTenant, registerUser } from '../support/commands.ts'
import { writerTools } from '../support/writer-tools.ts'

export interface TenantWriterContractOptions {
  /** Writers of one tenant that work at the same time over its storage: what several replicas are. */
  readonly replicas: number
}

interface Running {
  readonly tenantId: TenantId
  readonly storage: TenantStorage
  readonly cores: readonly TenantWriterCore[]
  readonly mails: readonly Mail[]
  /** Sends every command at once, spread over the replicas, and waits for all outcomes. */
  readonly all: (
    commands: readonly { readonly command: Command; readonly metadata?: CommandMetadata }[],
  ) => ReturnType<TenantWriterCore['execute']>[]
}

const tools = writerTools()

/** The same races against every storage: decisions hold whatever runs at the same time. */
export function tenantWriterContract(
  open: (tenantId: string) => Promise<TenantStorage>,
  { replicas }: TenantWriterContractOptions,
): void {
  async function start(maxUsers = 1_000): Promise<Running> {
    const tenantId = newId.tenant()
    const mails: Mail[] = []
    const mailer = { send: async (mail: Mail) => void mails.push(mail) }
    const storages = await Promise.all(Array.from({ length: replicas }, () => open(tenantId)))
    const cores = storages.map((storage) => new TenantWriterCore({ tenantId, storage, tools, mailer }))
    const [first] = cores
    const [storage] = storages
    if (!first || !storage) throw new Error('there must be a replica')
    expect(await first.execute(createTenant(tenantId, { maxUsers }), bySystem())).toMatchObject({ ok: true })
    return {
      tenantId,
      storage,
      cores,
      mails,
      all: (commands) =>
        commands.map(({ command, metadata }, index) =>
          (cores[index % cores.length] ?? first).execute(command, metadata ?? bySystem()),
        ),
    }
  }

  const registrations = (tenantId: TenantId, count: number, prefix: string) =>
    Array.from({ length: count }, (_, index) => ({
      command: registerUser(tenantId, `${prefix}${index}@orchard.example`),
    }))

  describe(`TenantWriterCore, ${replicas} at a time`, () => {
    it('gives the last 10 of 1,000 seats to exactly 10 of 1,000 who ask at once', async () => {
      const { tenantId, storage, all, cores } = await start(1_000)
      const before = await Promise.all(all(registrations(tenantId, 989, 'early')))
      expect(before.filter(({ ok }) => ok)).toHaveLength(989)
      const outcomes = await Promise.all(all(registrations(tenantId, 1_000, 'late')))
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(10)
      expect(new Set(outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error.code])))).toEqual(
        new Set(['user.quota_exceeded']),
      )
      expect((await cores[0]?.users())?.users).toHaveLength(1_000)
      await expectWhole(storage, tenantId)
    }, 120_000)

    it('gives an address to one of 100 who ask for it at once', async () => {
      const { tenantId, storage, all } = await start()
      const outcomes = await Promise.all(
        all(Array.from({ length: 100 }, () => ({ command: registerUser(tenantId, 'one@orchard.example') }))),
      )
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1)
      await expectWhole(storage, tenantId)
    }, 60_000)

    it('does once what 1,000 ask for under one key, and answers all of them alike', async () => {
      const { tenantId, storage, all } = await start()
      const command = registerUser(tenantId, 'key@orchard.example')
      const replay = { recordId: newId.request(), fingerprint: 'f', sealedReply: 's' }
      const outcomes = await Promise.all(
        all(Array.from({ length: 1_000 }, () => ({ command, metadata: bySystem({ replay }) }))),
      )
      const answers = outcomes.map((outcome) => {
        if (!outcome.ok) return outcome.error.code
        const { replayed: _replayed, sealedReply: _sealed, ...receipt } = outcome.value
        return JSON.stringify(receipt)
      })
      expect(new Set(answers).size).toBe(1)
      expect(outcomes.filter((outcome) => outcome.ok && outcome.value.replayed !== true)).toHaveLength(1)
      const events = await expectWhole(storage, tenantId)
      expect(events.filter(({ type }) => type === 'user.registered')).toHaveLength(2)
    }, 60_000)

    it('lets no more guesses through than the tenant allows, however many come at once', async () => {
      const { tenantId, storage, all } = await start()
      const outcomes = await Promise.all(
        all(Array.from({ length: 200 }, () => ({ command: beginLogin(tenantId, 'admin@orchard.example') }))),
      )
      const kinds = outcomes.map((outcome) =>
        outcome.ok ? (outcome.value.reply as { kind: string }).kind : outcome.error.code,
      ) // BeginLoginReply
      expect(kinds.filter((kind) => kind === 'verify')).toHaveLength(5)
      expect(kinds.filter((kind) => kind === 'locked')).toHaveLength(195)
      await expectWhole(storage, tenantId)
    }, 60_000)

    it('hands over each mail, and keeps none that was handed over', async () => {
      const { tenantId, cores, mails, storage } = await start()
      const { input, type } = registerUser(tenantId, 'mail@orchard.example') as Extract<
        Command,
        { type: 'user.register' }
      > // made as one
      const mail = { to: 'mail@orchard.example', subject: 'Welcome', text: 'Come in' }
      await cores[0]?.execute({ type, input: { ...input, mail } }, bySystem())
      expect(await cores[0]?.nextDue()).toBe(tools.clock())
      for (const core of cores) await core.runDue()
      expect(mails).toEqual([mail])
      expect(await cores[0]?.nextDue()).toBeUndefined()
      expect(JSON.stringify((await storage.readEvents(0, 100)).events)).not.toContain('mail@orchard.example')
    })
  })
}

/** Positions without gaps, a whole hash chain, and states that are the fold of the log. Gives the log. */
export async function expectWhole(storage: TenantStorage, tenantId: string): Promise<readonly EventEnvelope[]> {
  const events: EventEnvelope[] = []
  for (;;) {
    const page = await storage.readEvents(events.length, 1_000)
    events.push(...page.events)
    if (page.events.length === 0) {
      expect(page.head.position).toBe(events.length)
      expect(page.head.hash).toBe(events.at(-1)?.hash)
      break
    }
  }
  expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => index + 1))
  expect(events.map(({ prevHash }) => prevHash)).toEqual([GENESIS_HASH, ...events.slice(0, -1).map(({ hash }) => hash)])
  expect(events.map((envelope) => tools.cryptography.sha256Hex(hashedForm(envelope)))).toEqual(
    events.map(({ hash }) => hash),
  )
  expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length)
  await expectFolded(storage, tenantId, events)
  return events
}

async function expectFolded(storage: TenantStorage, tenantId: string, events: readonly EventEnvelope[]): Promise<void> {
  const keys = new Map<string, Uint8Array>()
  for (const { ref, value } of (await storage.scanRows('subjectKey/', 'subjectKey0', 5_000)).rows) {
    const id = ref.slice('subjectKey/'.length)
    const key = tools.keyVault.unwrap((value as { wrapped: string }).wrapped, id) // a subjectKey row
    if (key) keys.set(id, key)
  }
  let tenant: TenantState = initialTenant()
  const users = new Map<string, { readonly state: UserState; readonly version: number }>()
  for (const envelope of events) {
    const key = envelope.personal && keys.get(envelope.personal.keyId)
    const personal = key && openPersonal(tools.cryptography, key, envelope)
    const event = readEvent(envelope.type, envelope.schemaVersion, {
      data: envelope.data,
      ...(personal && { personal }),
    })
    const { id, version } = envelope.aggregate
    if (EVENT_DEFINITIONS[event.type].aggregate === 'tenant') tenant = evolveTenant(tenant, event, envelope.timestamp)
    if (EVENT_DEFINITIONS[event.type].aggregate !== 'user') continue
    users.set(id, { state: evolveUser(users.get(id)?.state ?? initialUser(), event, envelope.timestamp), version })
  }
  const [tenantRow] = (await storage.readRows([`tenant/${tenantId}`])).rows
  expect(tenantRow?.value).toEqual(tenant)
  const rows = (await storage.scanRows('user/', 'user0', 5_000)).rows
  expect(rows.map(({ ref, version, value }) => ({ ref, version, value }))).toEqual(
    [...users]
      .map(([id, { state, version }]) => ({ ref: `user/${id}`, version, value: state }))
      .toSorted((a, b) => (a.ref < b.ref ? -1 : 1)),
  )
}
