/** Runs one step of a start, telling what it does and how long it took. */
export async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now()
  process.stdout.write(`… ${name}\n`)
  const result = await work()
  process.stdout.write(`✓ ${name} (${((performance.now() - startedAt) / 1_000).toFixed(1)} s)\n`)
  return result
}

export interface BannerInput {
  readonly address: string
  readonly runsOn: Readonly<Record<string, string>>
  readonly email: string
  /** Shown only when it was generated just now. */
  readonly password?: string
}

/** What a person needs to begin: where it is, what it runs on, how to sign in, and what to try. */
export function banner({ address, runsOn, email, password }: BannerInput): string {
  const runs = Object.entries(runsOn).map(([port, what]) => `    ${port.padEnd(12)} ${what}`)
  const shown = password ?? '<your password>'
  return [
    '',
    `  ACCI is ready at ${address}`,
    '',
    '  It runs on',
    ...runs,
    '',
    password === undefined
      ? `  Sign in as ${email} with the password you chose, or that was printed on the first start.`
      : `  Sign in as ${email} with the password ${password} — it is printed this once only.`,
    '',
    '  Try',
    `    curl ${address}/health/ready`,
    `    curl ${address}/openapi.json`,
    `    curl -X POST ${address}/api/v1/auth/login -H 'Content-Type: application/json' \\`,
    `      -d '{"email":"${email}","authMethod":"password","credentials":{"type":"password","password":"${shown}"}}'`,
    '',
    '',
  ].join('\n')
}
