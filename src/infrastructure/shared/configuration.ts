import { z } from 'zod'
import { parseMasterKey } from '#domain/keys/master-key.ts'
import { hasKnownOptions, isWithoutTls } from './grpc-address.ts'

const text = z.string().trim().min(1)
/** What a machine shows to be let in, as a header carries it. */
const machineToken = z.string().regex(/^[\x21-\x7E]{32,256}$/, 'must be 32 to 256 characters of ASCII, without spaces')
const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''))

/** Development stand-ins that production refuses unless `ACCI_ALLOW_STAND_INS` names them. */
export const STAND_INS = ['embedded-postgres', 'mailbox', 'neon-http'] as const
export type StandIn = (typeof STAND_INS)[number]

const standIns = z
  .string()
  .default('')
  .transform((list) => list.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()])))
  .pipe(z.array(z.enum(STAND_INS)))

/** EventStoreDB's own kinds of address (gRPC), which may name several hosts, and those of its HTTP API (AtomPub). */
const EVENT_STORE_URL = /^(?:esdb(?:\+discover)?|https?):\/\/[^/?#\s]+(?:[/?#]\S*)?$/

/** The settings both runtimes share, as they stand in the environment. */
const Environment = z.object({
  ACCI_PROFILE: z.enum(['development', 'production']).default('development'),
  ACCI_MASTER_KEY: text.refine((key) => parseMasterKey(key) !== undefined, 'must be 32 bytes in base64url').optional(),
  ACCI_PUBLIC_URL: httpUrl.optional(),
  ACCI_REGION: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/)
    .default('local'),
  ACCI_ADMIN_EMAIL: z.email().optional(),
  ACCI_ADMIN_PASSWORD: z.string().min(8).max(128).optional(),
  ACCI_ALLOW_STAND_INS: standIns,
  ACCI_DATA_DIR: text.default('.acci'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** Where Neon's SQL over HTTP is served, when not by Neon: a stand-in of development. */
  NEON_FETCH_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  /** An EventStoreDB that the tenants' logs are sent on to. Without one, the logs themselves are the event store. */
  EVENTSTORE_URL: text
    .regex(EVENT_STORE_URL, 'must be an esdb://, esdb+discover://, https:// or http:// address')
    // Anywhere: for gRPC's client all before it is a user and a password.
    .refine((url) => !url.includes('@'), 'must not hold credentials: EVENTSTORE_USERNAME and _PASSWORD do')
    .optional(),
  EVENTSTORE_USERNAME: text.optional(),
  EVENTSTORE_PASSWORD: text.optional(),
  /** A RabbitMQ that events and deferred commands go through (container), with its user and password. */
  RABBITMQ_URL: z.url({ protocol: /^amqps?$/ }).optional(),
  /** With it the container serves an event store over HTTP, to edge deployments that show it: that of gRPC, or one of its own. */
  EVENTSTORE_GATEWAY_TOKEN: machineToken.optional(),
  /** What operators show: with it a server opens to them what the command line asks, and the command line shows it. */
  ACCI_OPERATOR_TOKEN: machineToken.optional(),
  /** The edge deployment that the command line works on. */
  ACCI_EDGE_URL: httpUrl.optional(),
  /** A Redis in front of the read models (container); without one, the memory of each process is. */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  /** The same at the edge, where there are no connections to keep: Upstash's Redis over HTTP. */
  UPSTASH_REDIS_REST_URL: httpUrl.optional(),
  UPSTASH_REDIS_REST_TOKEN: text.optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  ACCI_MAIL_FROM: z.email().optional(),
  /** What Prometheus shows to read `/metrics`. Without one there is no such page. */
  ACCI_METRICS_TOKEN: z.string().min(16).max(256).optional(),
  HOST: text.default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8787),
  /** Addresses or CIDR blocks whose X-Forwarded-For is believed, separated by commas. */
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((list) => list.split(',').flatMap((range) => (range.trim() === '' ? [] : [range.trim()])))
    .pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))),
})

export type Configuration = z.infer<typeof Environment>

export type ParsedConfiguration =
  | { readonly ok: true; readonly configuration: Configuration }
  /** Every fault, by variable. Values are never repeated: they may be secrets. */
  | { readonly ok: false; readonly faults: readonly string[] }

/** The variables that are set, by name: what is not in the environment, or empty there, is not here. */
export type GivenVariables = Readonly<Record<string, unknown>>

/** What a runtime asks of the environment beyond what both share. */
export interface RuntimeRules {
  /** Variables it does not start without. */
  readonly needs: readonly (keyof Configuration)[]
  /** False where there is no HTTP/2: an event store is then reached over its HTTP API. */
  readonly speaksGrpc: boolean
  /** The stand-ins it would run on, each with the fault that this is in production. */
  readonly standIns: (given: GivenVariables) => { readonly [Name in StandIn]?: string }
}

/** The container: embedded PostgreSQL and a mailbox stand in for what is not named. */
export const CONTAINER_RULES: RuntimeRules = {
  needs: [],
  speaksGrpc: true,
  standIns: (given) => ({
    ...(given['DATABASE_URL'] === undefined && { 'embedded-postgres': 'DATABASE_URL: needed in production' }),
    ...(given['SMTP_URL'] === undefined && { mailbox: 'SMTP_URL: needed in production' }),
  }),
}

/** Reads the configuration from the environment, naming every fault at once. Empty variables count as absent. */
export function parseConfiguration(
  environment: Readonly<Record<string, unknown>>,
  rules: RuntimeRules = CONTAINER_RULES,
): ParsedConfiguration {
  const given: GivenVariables = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== '' && value !== undefined),
  )
  const parsed = Environment.safeParse(given)
  const unreadable = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  // By what is set, not by what could be read: one fault must not hide another.
  const faults = [
    ...unreadable,
    ...missing(given, rules),
    ...standInFaults(given, rules),
    ...eventStoreFaults(given, rules),
    ...rabbitMqFaults(given),
    ...cacheFaults(given),
    ...edgeFaults(given),
  ]
  return parsed.success && faults.length === 0 ? { ok: true, configuration: parsed.data } : { ok: false, faults }
}

const isProduction = (given: GivenVariables) => given['ACCI_PROFILE'] === 'production'

function missing(given: GivenVariables, { needs }: RuntimeRules): string[] {
  const reasons = new Map<string, string>()
  if (isProduction(given))
    for (const name of ['ACCI_MASTER_KEY', 'ACCI_PUBLIC_URL']) reasons.set(name, 'needed in production')
  for (const name of needs) reasons.set(name, 'needed')
  if (given['EVENTSTORE_USERNAME'] !== undefined) reasons.set('EVENTSTORE_PASSWORD', 'needed with EVENTSTORE_USERNAME')
  if (given['EVENTSTORE_PASSWORD'] !== undefined) reasons.set('EVENTSTORE_USERNAME', 'needed with EVENTSTORE_PASSWORD')
  if (given['UPSTASH_REDIS_REST_URL'] !== undefined)
    reasons.set('UPSTASH_REDIS_REST_TOKEN', 'needed with UPSTASH_REDIS_REST_URL')
  if (given['UPSTASH_REDIS_REST_TOKEN'] !== undefined)
    reasons.set('UPSTASH_REDIS_REST_URL', 'needed with UPSTASH_REDIS_REST_TOKEN')
  if (given['ACCI_EDGE_URL'] !== undefined) reasons.set('ACCI_OPERATOR_TOKEN', 'needed with ACCI_EDGE_URL')
  if (given['SMTP_URL'] !== undefined) reasons.set('ACCI_MAIL_FROM', 'needed with SMTP_URL')
  return [...reasons].flatMap(([name, reason]) => (given[name] === undefined ? [`${name}: ${reason}`] : []))
}

function eventStoreFaults(given: GivenVariables, { speaksGrpc }: RuntimeRules): string[] {
  const address = given['EVENTSTORE_URL']
  const url = typeof address === 'string' ? address.trim() : undefined
  const isGrpc = url?.startsWith('esdb') === true
  const serves = speaksGrpc && (isGrpc || url === undefined)
  const gateway =
    given['EVENTSTORE_GATEWAY_TOKEN'] !== undefined && !serves
      ? ['EVENTSTORE_GATEWAY_TOKEN: for a container alone whose EVENTSTORE_URL is of gRPC (esdb://…), or absent']
      : []
  if (url === undefined) return gateway
  const open = isGrpc ? isWithoutTls(url) : url.startsWith('http:')
  return [
    ...gateway,
    ...(isGrpc && !hasKnownOptions(url) ? ['EVENTSTORE_URL: has an option, or a value of one, that is not known'] : []),
    ...(isGrpc && !speaksGrpc ? ['EVENTSTORE_URL: must be an https:// address here, where there is no gRPC'] : []),
    ...(open && isProduction(given) ? ['EVENTSTORE_URL: must use TLS in production'] : []),
  ]
}

function rabbitMqFaults(given: GivenVariables): string[] {
  const url = given['RABBITMQ_URL']
  const open = typeof url === 'string' && /^amqp:/i.test(url)
  return open && isProduction(given) ? ['RABBITMQ_URL: must use TLS (amqps://) in production'] : []
}

/** What is cached is personal data, and the password goes before it. */
function cacheFaults(given: GivenVariables): string[] {
  if (!isProduction(given)) return []
  const open = { REDIS_URL: 'redis:', UPSTASH_REDIS_REST_URL: 'http:' }
  return Object.entries(open).flatMap(([name, scheme]) =>
    String(given[name]).startsWith(scheme) ? [`${name}: must use TLS in production`] : [],
  )
}

/** Wrapped keys and the token go over it. */
function edgeFaults(given: GivenVariables): string[] {
  const isOpen = String(given['ACCI_EDGE_URL']).startsWith('http:')
  return isOpen && isProduction(given) ? ['ACCI_EDGE_URL: must use TLS in production'] : []
}

function standInFaults(given: GivenVariables, rules: RuntimeRules): string[] {
  if (!isProduction(given)) return []
  const allowed = standIns.safeParse(given['ACCI_ALLOW_STAND_INS']).data ?? []
  return Object.entries(rules.standIns(given)).flatMap(([name, fault]) =>
    allowed.some((one) => one === name) ? [] : [`${fault} (or name the stand-in "${name}" in ACCI_ALLOW_STAND_INS)`],
  )
}
