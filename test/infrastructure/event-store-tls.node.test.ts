import { readFileSync } from 'node:fs'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { tenantStream } from '#domain/event-store/stream-event.ts'
import { Forwarder } from '#domain/forwarding/forwarder.ts'
import { newId } from '#domain/new-id.ts'
import { openEventStore } from '#infrastructure/node/open-event-store.ts'
import { runCli } from '../../src/cli/program.ts'
import { run } from '../../tools/run.ts'
import { eventStoreContract, foreignEventsContract, linksContract } from '../contract/event-store.contract.ts'
import { privateAuthority, type PrivateAuthority } from '../support/event-store-simulator/certificates.ts'
import { writeForeign, writeLink } from '../support/event-store-simulator/write-foreign.ts'
import { keptLines } from '../support/kept-lines.ts'
import { envelopeAt } from '../support/memory-publication.ts'
import { RemoteEventStore } from '../support/remote-event-store.ts'

const ADMIN = { username: 'admin', password: 'changeit' }
const OPS = { username: 'ops', password: 'changeit' }
type Login = typeof ADMIN

let authority: PrivateAuthority
let other: PrivateAuthority
beforeAll(() => {
  authority = privateAuthority()
  other = privateAuthority()
})
afterAll(() => {
  authority.remove()
  other.remove()
})

const open = (url: string, { username, password }: Login) => {
  const store = openEventStore({ EVENTSTORE_URL: url, EVENTSTORE_USERNAME: username, EVENTSTORE_PASSWORD: password })
  if (!store) throw new Error('there is a URL')
  onTestFinished(() => store.close())
  return store
}

const event = () => ({ id: crypto.randomUUID(), type: 'x', data: {}, metadata: {} })

describe.each(['gRPC', 'AtomPub'] as const)('%s over TLS, with users and rights', (protocol) => {
  let remote: RemoteEventStore
  /** As a deployment writes it: over gRPC with the authority, over AtomPub the process knows it. */
  let url: string
  let bare: string
  /** A store that shows a certificate of somebody else's. */
  let strange: string
  let disguised: RemoteEventStore
  beforeAll(async () => {
    const usual = getCACertificates('default')
    // What NODE_EXTRA_CA_CERTS does at the start of a process.
    if (protocol === 'AtomPub') setDefaultCACertificates([...usual, readFileSync(authority.caFile, 'utf8')])
    remote = new RemoteEventStore(protocol, authority)
    bare = await remote.comes()
    url = protocol === 'gRPC' ? `${bare}&tlsCAFile=${authority.caFile}` : bare
    disguised = new RemoteEventStore(protocol, other)
    strange = await disguised.comes()
    return () => setDefaultCACertificates(usual)
  })
  afterAll(async () => {
    await disguised.goesAway()
    await remote.goesAway()
  })

  const asAdmin = () => open(url, ADMIN)
  eventStoreContract(asAdmin)
  foreignEventsContract(asAdmin, (...foreign) => writeForeign(remote.store, ...foreign))
  linksContract(asAdmin, (...link) => writeLink(remote.store, ...link))

  it('refuses whoever does not know the password, and says so', async () => {
    const store = open(url, { ...ADMIN, password: 'guessed' })
    expect(await store.append('guessed', 'noStream', [event()])).toEqual({ kind: 'accessDenied' })
    expect(await store.readStream('guessed', 0, 1)).toEqual({ kind: 'accessDenied' })
    expect(await store.health()).toMatchObject({ status: 'denied', detail: 'may not read, or is not let in' })
    expect(await store.administration.installProjection('guessed', 'x')).toBe('accessDenied')
  })

  it('lets each user do what the lists of access say, and no more', async () => {
    const [admin, ops, reader] = [asAdmin(), open(url, OPS), open(url, { username: 'reader', password: 'reads only' })]
    const acl = { $r: ['ops', 'reader'], $w: ['ops'], $d: ['$admins'], $mr: ['$admins'], $mw: ['$admins'] }
    expect(await admin.writeMetadata('listed', 'noStream', { $acl: acl })).toMatchObject({ kind: 'appended' })
    expect(await ops.append('listed', 'noStream', [event()])).toMatchObject({ kind: 'appended' })
    expect(await reader.append('listed', 0, [event()])).toEqual({ kind: 'accessDenied' })
    expect(await reader.readLast('listed')).toMatchObject({ kind: 'read', events: [{ revision: 0 }] })
    expect(await ops.delete('listed', 0)).toEqual({ kind: 'accessDenied' })
    expect(await ops.tombstone('listed', 0)).toEqual({ kind: 'accessDenied' })
    expect(await ops.writeMetadata('listed', 0, {})).toEqual({ kind: 'accessDenied' })
    expect(await ops.readMetadata('listed')).toEqual({ kind: 'accessDenied' })
    await expect(ops.readAll(undefined, 10)).rejects.toThrow()
    expect(await admin.writeMetadata('listed', 0, { $acl: { ...acl, $r: ['ops'] } })).toMatchObject({ last: 1 })
    expect(await reader.readLast('listed')).toEqual({ kind: 'accessDenied' })
    expect(await ops.administration.installProjection('listed', 'x')).toBe('accessDenied')
  })

  it('says of a user who may read alone that it may not write', async () => {
    await asAdmin().writeMetadata('acci-health', 'noStream', { $acl: { $r: '$all', $w: ['ops'] } })
    const reader = open(url, { username: 'reader', password: 'reads only' })
    expect(await reader.health()).toMatchObject({ status: 'denied', detail: 'may read, but not write' })
    expect(await open(url, OPS).health()).toMatchObject({ status: 'up' })
    expect(await asAdmin().readLast('acci-health')).toEqual({ kind: 'streamNotFound' })
  })

  describe('a tenant’s log', () => {
    const withoutTls = () => bare.replace('tls=true', 'tls=false').replace('https:', 'http:')
    it.each<[string, () => ReturnType<typeof open>, RegExp]>([
      ['a wrong password', () => open(url, { ...OPS, password: 'guessed' }), /^accessDenied$/],
      ['a user who may not write', () => open(url, { username: 'reader', password: 'reads only' }), /^accessDenied$/],
      [
        'an authority that is not trusted',
        () => open(strange.replace('?tls=true', `?tls=true&tlsCAFile=${authority.caFile}`), OPS),
        protocol === 'gRPC' ? /^tls_untrusted: .*tlsCAFile/ : /^tls_untrusted: .*NODE_EXTRA_CA_CERTS/,
      ],
      ['no TLS where the store wants it', () => open(withoutTls(), OPS), /^connection_ended: /],
    ])('waits with %s, is not fenced, and is drained once it is put right', async (_name, openWrong, said) => {
      const tenantId = newId.tenant()
      const stream = tenantStream(tenantId)
      await asAdmin().writeMetadata(stream, 'noStream', { $acl: { $r: '$all', $w: ['ops'] } })
      const events = Array.from({ length: 130 }, (_, index) => envelopeAt(tenantId, index + 1))
      let state: Awaited<ReturnType<Forwarder['forward']>> | undefined
      let saved: object = { forwarded: 0 }
      const storage = {
        readForwarding: async () => saved as { forwarded: number },
        saveForwarding: async (_expected: object, next: object) => {
          saved = next
          return true
        },
        readEvents: async (after: number, limit: number) => ({
          events: events.slice(after, after + limit),
          head: { position: events.length, hash: '' },
        }),
      }
      const { logger, lines } = keptLines()
      const forwarderOf = (store: ReturnType<typeof open>) => new Forwarder({ tenantId, storage, store, logger })
      const refused = openWrong()
      for (let tries = 0; tries < 3; tries++) state = await forwarderOf(refused).forward()
      const cause = expect.stringMatching(said)
      expect(state).toEqual({ kind: 'waiting', position: 0, cause })
      expect(lines).toHaveLength(3)
      for (const line of lines)
        expect(line).toEqual({
          level: 'warn',
          message: 'the event store did not take a batch; it is sent again',
          fields: { tenantId, cause, waiting: 130 },
        })
      expect(await forwarderOf(open(url, OPS)).forward()).toEqual({ kind: 'drained', position: 130 })
      expect(remote.store.last(stream)).toBe(129)
    })
  })

  it('is waited for, and the tenant not fenced, when the right to read is lost in between', async () => {
    const tenantId = newId.tenant()
    const store = asAdmin()
    const first = envelopeAt(tenantId, 1)
    const { logger, lines } = keptLines()
    const forwarder = new Forwarder({
      tenantId,
      storage: {
        readForwarding: async () => ({ forwarded: 0 }),
        saveForwarding: async () => true,
        readEvents: async () => ({ events: [first], head: { position: 1, hash: '' } }),
      },
      store: {
        append: async () => ({ kind: 'wrongExpectedRevision', current: 0 }),
        readLast: async () => {
          await store.append(tenantStream(tenantId), 'noStream', [event()])
          return store.readLast(tenantStream(tenantId))
        },
        readStream: (...given) => open(url, { ...ADMIN, password: 'guessed' }).readStream(...given),
      },
      logger,
    })
    expect(await forwarder.forward()).toMatchObject({ kind: 'waiting', cause: 'accessDenied' })
    expect(lines).toMatchObject([{ level: 'warn' }])
  })

  it('“acci doctor” tells what is wrong, and finds it well once it is right', async () => {
    const doctor = async (settings: Readonly<Record<string, string>>) => {
      const lines: string[] = []
      const environment = { EVENTSTORE_USERNAME: 'ops', EVENTSTORE_PASSWORD: 'changeit', ...settings }
      await runCli(['doctor'], { environment, out: (line) => void lines.push(line), note: () => undefined })
      return lines.find((line) => line.includes('event store'))
    }
    const spoken = protocol === 'gRPC' ? /^ok +event store +gRPC/ : /^ok +event store +AtomPub/
    expect(await doctor({ EVENTSTORE_URL: url })).toMatch(spoken)
    expect(await doctor({ EVENTSTORE_URL: url, EVENTSTORE_PASSWORD: 'guessed' })).toMatch(
      /^FAILED +event store +refuses the user, who may not read, or is not let in/,
    )
    const reader = { EVENTSTORE_USERNAME: 'reader', EVENTSTORE_PASSWORD: 'reads only' }
    expect(await doctor({ EVENTSTORE_URL: url, ...reader })).toMatch(/refuses the user, who may read, but not write/)
    const plain = bare.replace('tls=true', 'tls=false').replace('https:', 'http:')
    expect(await doctor({ EVENTSTORE_URL: plain })).toMatch(/^FAILED +event store +connection_ended: /)
    if (protocol === 'AtomPub') return
    expect(await doctor({ EVENTSTORE_URL: bare })).toMatch(/^FAILED +event store +tls_untrusted: /)
    expect(await doctor({ EVENTSTORE_URL: `${bare}&tlsCAFile=/nowhere/ca.crt` })).toMatch(
      /^FAILED +event store +EVENTSTORE_URL: Failed to load certificate file/,
    )
  })

  it.runIf(protocol === 'AtomPub')(
    'trusts an authority that NODE_EXTRA_CA_CERTS names, and none that nothing names',
    async () => {
      const doctor = (extra: Readonly<Record<string, string>>) => {
        const settings = { EVENTSTORE_URL: bare, EVENTSTORE_USERNAME: 'ops', EVENTSTORE_PASSWORD: 'changeit', ...extra }
        const assigned = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
        return run('env', [...assigned, 'node', 'tools/acci.ts', 'doctor'])
      }
      expect((await doctor({})).output).toMatch(/FAILED +event store +tls_untrusted: /)
      expect((await doctor({ NODE_EXTRA_CA_CERTS: authority.caFile })).output).toMatch(/ok +event store +/)
    },
    60_000,
  )
})

describe.each(['gRPC', 'AtomPub'] as const)('%s with TLS, asked of a store without', (protocol) => {
  it('says that none is spoken there', async () => {
    const remote = new RemoteEventStore(protocol)
    const url = (await remote.comes()).replace('tls=false', 'tls=true').replace('http:', 'https:')
    onTestFinished(() => remote.goesAway())
    const store = open(url, ADMIN)
    const cause = expect.stringMatching(/^tls_not_spoken: /)
    expect(await store.append('x', 'noStream', [event()])).toEqual({ kind: 'outcomeUnknown', cause })
    expect(await store.health()).toMatchObject({ status: 'down', detail: cause })
  })
})
