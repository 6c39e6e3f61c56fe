import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { fromBase64Url, toBase64Url } from '#common/bytes.ts'
import { EmailAddress } from '#common/email.ts'
import type { EventEnvelope } from '#common/envelope.ts'
import { canonicalJson, type Json } from '#common/json.ts'
import { EVENT_DEFINITIONS, EVENT_TYPES, type DomainEvent, type EventType } from '#domain/events/event-registry.ts'
import type { EventDefinition } from '#domain/events/event-definition.ts'
import { rowRef, type RowValues } from '#domain/writer/rows.ts'
import { nodeCryptography } from '#infrastructure/shared/node-cryptography.ts'
import { openLog } from './fold-log.ts'
import { emailIndexOf, settings, TENANT, tokenHashOf, userIdOf } from './subjects.ts'
import { beginLogin, deactivate, foundedTenant, logout, reactivate, registerUser } from './writer-under-test.ts'

const FOLDER = join(import.meta.dirname, '../golden/events')

/** One event as it was stored when its schema version was new. It is never changed: stored events are not either. */
export interface Golden {
  /** Fingerprint of the schema of that version. */
  readonly schema: string
  readonly envelope: EventEnvelope
  /** The subject's key, if personal fields are sealed under one. */
  readonly key?: string
  /** The event as the product must understand it today. A new version changes this, and nothing else here. */
  readonly event: DomainEvent
}

export const goldenNames = (): readonly string[] => readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ''))

export const readGolden = (name: string): Golden =>
  JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as Golden // written below

export const goldenKey = ({ key }: Golden): Uint8Array | undefined =>
  key === undefined ? undefined : fromBase64Url(key)

/** Changes whenever the schema of a type's data or personal fields does. */
export function schemaFingerprint(type: EventType): string {
  const { data, personal }: EventDefinition = EVENT_DEFINITIONS[type]
  const schemaOf = (schema: z.ZodType | undefined) =>
    schema ? (z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as unknown as Json) : null // JSON Schema is JSON
  return nodeCryptography.sha256Hex(canonicalJson([schemaOf(data), schemaOf(personal)]))
}

/** Writes the goldens of new versions; those that exist stay as they are. */
export async function writeMissingGoldens(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true })
  const known = new Set(goldenNames())
  const log = await exampleLog()
  for (const type of EVENT_TYPES) {
    const name = `${type}@${EVENT_DEFINITIONS[type].version}`
    const example = log.findLast(({ event }) => event.type === type)
    if (known.has(name) || !example) continue
    const golden = { schema: schemaFingerprint(type), ...example }
    writeFileSync(join(FOLDER, `${name}.json`), `${JSON.stringify(golden, undefined, 2)}\n`)
  }
}

/** A tenant's life in which the last event of each type has every field it can have. */
async function exampleLog(): Promise<readonly Omit<Golden, 'schema'>[]> {
  const metadata = { team: 'north', tags: ['a', 1, null, true] }
  const writer = await foundedTenant()
  const subject = { tenantId: TENANT, userId: userIdOf(2) }
  const [before, after] = ['user2@example.com', 'Bob@Example.com']
  const email = { address: EmailAddress.parse(after), index: emailIndexOf(after), previousIndex: emailIndexOf(before) }
  const everything = settings({
    allowedAuthMethods: ['password', 'totp', { oauth: 'google' }, { saml: 'corp' }],
    features: ['audit', 'sso'],
    customDomain: 'login.example.com',
    securityPolicy: { allowedIpRanges: ['192.0.2.0/24', '2001:db8::/32'], sessionTimeout: '30m' },
  })
  await writer.given(
    {
      type: 'tenant.update',
      input: {
        tenantId: TENANT,
        name: 'Acme Größe',
        subscriptionPlan: { custom: 'gold' },
        metadata,
        settings: everything,
      },
    },
    registerUser(3, { displayName: 'Zoë', metadata, role: 'readOnly', registrationSource: { oauth: 'google' } }),
    {
      type: 'user.accept_invitation',
      input: {
        tenantId: TENANT,
        userId: userIdOf(3),
        tokenHash: tokenHashOf(3),
        passwordHash: 'phc',
        displayName: 'Zoë 😀',
      },
    },
    { type: 'user.update_profile', input: { ...subject, email, displayName: 'Bob', role: 'admin', metadata } },
    deactivate(3, '2026-03-05T12:00:00.000Z'),
    reactivate(3),
    deactivate(3, '2026-03-06T12:00:00.000Z'),
  )
  const actor = await writer.signIn(2, 1, 'admin')
  await writer.do(logout(1), { actor, causationId: 'req_cause', policyVersion: 'policy-1' })
  const wrong = beginLogin(2, 2)
  if (wrong.type !== 'auth.begin_login') throw new Error('a login was expected')
  for (let tries = 0; tries < 6; tries++)
    await writer.do({ ...wrong, input: { ...wrong.input, emailIndex: email.index } })
  await writer.given({
    type: 'tenant.delete',
    input: {
      tenantId: TENANT,
      deletionReason: { other: 'merged' },
      dataRetentionPeriod: '45d',
      forcedBecause: 'merged with another',
    },
  })
  return openLog(writer.storage, writer.tools).map(({ envelope, event }) => {
    const owner = envelope.personal?.keyId
    const row = owner === undefined ? undefined : writer.storage.row(rowRef('subjectKey', owner))
    const wrapped = (row?.value as unknown as RowValues['subjectKey'] | undefined)?.wrapped // a subjectKey row
    const key = owner !== undefined && wrapped !== undefined ? writer.tools.keyVault.unwrap(wrapped, owner) : undefined
    return { envelope, ...(key && { key: toBase64Url(key) }), event }
  })
}
