import { z } from 'zod'
import { parseMasterKey } from '#domain/keys/master-key.ts'

const text = z.string().trim().min(1)
const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''))

/** Development stand-ins that production refuses unless `ACCI_ALLOW_STAND_INS` names them. */
export const STAND_INS = ['embedded-postgres', 'mailbox'] as const
export type StandIn = (typeof STAND_INS)[number]

const standIns = z
  .string()
  .default('')
  .transform((list) => list.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()])))
  .pipe(z.array(z.enum(STAND_INS)))

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
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  ACCI_MAIL_FROM: z.email().optional(),
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

/** Reads the configuration from the environment, naming every fault at once. Empty variables count as absent. */
export function parseConfiguration(environment: Readonly<Record<string, unknown>>): ParsedConfiguration {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== '' && value !== undefined),
  )
  const parsed = Environment.safeParse(given)
  if (!parsed.success) {
    return { ok: false, faults: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) }
  }
  const configuration = parsed.data
  const faults = configuration.ACCI_PROFILE === 'production' ? productionFaults(configuration) : []
  if (configuration.SMTP_URL !== undefined && configuration.ACCI_MAIL_FROM === undefined) {
    faults.push('ACCI_MAIL_FROM: needed with SMTP_URL')
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, configuration }
}

function productionFaults(configuration: Configuration): string[] {
  const { ACCI_ALLOW_STAND_INS: allowed } = configuration
  const faults: string[] = []
  const standIn = (name: StandIn, variable: string) => {
    if (!allowed.includes(name))
      faults.push(`${variable}: needed in production (or name the stand-in "${name}" in ACCI_ALLOW_STAND_INS)`)
  }
  if (configuration.ACCI_MASTER_KEY === undefined) faults.push('ACCI_MASTER_KEY: needed in production')
  if (configuration.ACCI_PUBLIC_URL === undefined) faults.push('ACCI_PUBLIC_URL: needed in production')
  if (configuration.DATABASE_URL === undefined) standIn('embedded-postgres', 'DATABASE_URL')
  if (configuration.SMTP_URL === undefined) standIn('mailbox', 'SMTP_URL')
  return faults
}
