import { parseMasterKey } from '#domain/keys/master-key.ts'
import { parseConfiguration, type Configuration, type RuntimeRules } from '../shared/configuration.ts'

/** What every Worker asks for: it has no folder to keep a key or a database in. */
const EDGE_RULES: RuntimeRules = {
  needs: ['ACCI_MASTER_KEY', 'DATABASE_URL'],
  speaksGrpc: false,
  standIns: (given) => ({
    ...(given['SMTP_URL'] === undefined && { mailbox: 'SMTP_URL: needed in production' }),
    ...(given['NEON_FETCH_ENDPOINT'] !== undefined && { 'neon-http': 'NEON_FETCH_ENDPOINT: is not Neon' }),
  }),
}

/** What the Worker runs with. */
export interface EdgeEnvironment {
  readonly configuration: Configuration
  readonly masterKey: Uint8Array
  readonly databaseUrl: string
}

export type ParsedEnvironment =
  | { readonly ok: true; readonly environment: EdgeEnvironment }
  /** Every fault, by variable, without any value. */
  | { readonly ok: false; readonly faults: readonly string[] }

/** Reads the Worker's variables, naming every fault at once; bindings among them are left alone. */
export function parseEnvironment(variables: Readonly<Record<string, unknown>>): ParsedEnvironment {
  const parsed = parseConfiguration(variables, EDGE_RULES)
  if (!parsed.ok) return parsed
  const { ACCI_MASTER_KEY: key, DATABASE_URL: databaseUrl } = parsed.configuration
  const masterKey = key === undefined ? undefined : parseMasterKey(key)
  // Both are there, or the rules would have found a fault: this is for the compiler.
  if (!masterKey || databaseUrl === undefined) return { ok: false, faults: ['ACCI_MASTER_KEY, DATABASE_URL: needed'] }
  return { ok: true, environment: { configuration: parsed.configuration, masterKey, databaseUrl } }
}
