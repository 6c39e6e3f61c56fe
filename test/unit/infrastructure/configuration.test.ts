import { describe, expect, it } from 'vitest'
import { CONTAINER_RULES, parseConfiguration, type RuntimeRules } from '#infrastructure/shared/configuration.ts'
import { parseEnvironment } from '#infrastructure/workerd/environment.ts'

const KEY = 'A'.repeat(43)
const DATABASE = 'postgresql://app:hunter22@db.example/acci'
const SECRETS = ['hunter22', 'not-a-key', 'letmein']

/** Names of the variables that are at fault, in the order told. */
const blamed = (parsed: { readonly ok: boolean; readonly faults?: readonly string[] }) =>
  (parsed.faults ?? []).map((fault) => fault.slice(0, fault.indexOf(':')))

describe('the configuration', () => {
  it('needs nothing in development', () => {
    const parsed = parseConfiguration({})
    expect(parsed).toMatchObject({
      ok: true,
      configuration: { ACCI_PROFILE: 'development', HOST: '127.0.0.1', PORT: 8787, ACCI_DATA_DIR: '.acci' },
    })
  })

  it('takes an empty variable for an absent one', () => {
    expect(parseConfiguration({ PORT: '', ACCI_PROFILE: '', SMTP_URL: '', TRUSTED_PROXIES: '' })).toEqual(
      parseConfiguration({}),
    )
  })

  it('reads lists, numbers and addresses', () => {
    const parsed = parseConfiguration({
      PORT: '8080',
      TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      ACCI_ALLOW_STAND_INS: 'mailbox,, neon-http',
      ACCI_PUBLIC_URL: 'https://acci.example//',
    })
    expect(parsed).toMatchObject({
      configuration: {
        PORT: 8080,
        TRUSTED_PROXIES: ['10.0.0.0/8', '::1'],
        ACCI_ALLOW_STAND_INS: ['mailbox', 'neon-http'],
        ACCI_PUBLIC_URL: 'https://acci.example',
      },
    })
  })

  it('names every fault at once, those of values and those of what is missing, and repeats no value', () => {
    const parsed = parseConfiguration({
      ACCI_PROFILE: 'production',
      ACCI_MASTER_KEY: 'not-a-key',
      ACCI_ADMIN_PASSWORD: 'letmein',
      DATABASE_URL: 'mysql://app:hunter22@db.example/acci',
      SMTP_URL: 'smtp://app:hunter22@mail.example',
      PORT: '70000',
      TRUSTED_PROXIES: 'anywhere',
    })
    expect(blamed(parsed).toSorted()).toEqual(
      [
        'ACCI_ADMIN_PASSWORD',
        'ACCI_MAIL_FROM',
        'ACCI_MASTER_KEY',
        'ACCI_PUBLIC_URL',
        'DATABASE_URL',
        'PORT',
        'TRUSTED_PROXIES.0',
      ].toSorted(),
    )
    for (const secret of SECRETS) expect(JSON.stringify(parsed)).not.toContain(secret)
  })

  it('refuses every stand-in in production that is not asked for by name', () => {
    const production = { ACCI_PROFILE: 'production', ACCI_MASTER_KEY: KEY, ACCI_PUBLIC_URL: 'https://acci.example' }
    expect(blamed(parseConfiguration(production))).toEqual(['DATABASE_URL', 'SMTP_URL'])
    expect(blamed(parseConfiguration({ ...production, ACCI_ALLOW_STAND_INS: 'mailbox' }))).toEqual(['DATABASE_URL'])
    expect(parseConfiguration({ ...production, ACCI_ALLOW_STAND_INS: 'mailbox,embedded-postgres' }).ok).toBe(true)
    expect(blamed(parseConfiguration({ ...production, ACCI_ALLOW_STAND_INS: 'everything' }))).toEqual([
      'ACCI_ALLOW_STAND_INS.0',
      'DATABASE_URL',
      'SMTP_URL',
    ])
  })

  it('takes the addresses of an event store, of one host or several', () => {
    for (const url of [
      'esdb://es.example:2113?tls=false',
      'esdb+discover://es.example',
      'esdb://one.example:2113,two.example:2113,three.example:2113?nodePreference=leader',
      'https://es.example:2113',
      'http://127.0.0.1:2113',
    ])
      expect(parseConfiguration({ EVENTSTORE_URL: url })).toMatchObject({ configuration: { EVENTSTORE_URL: url } })
    for (const url of ['es.example:2113', 'ftp://es.example', 'esdb:es.example', 'esdb://', 'https:// es.example'])
      expect(blamed(parseConfiguration({ EVENTSTORE_URL: url })), url).toEqual(['EVENTSTORE_URL'])
  })

  it('wants the credentials of an event store apart, and both', () => {
    for (const scheme of ['esdb', 'https']) {
      const parsed = parseConfiguration({ EVENTSTORE_URL: `${scheme}://admin:hunter22@es.example:2113` })
      expect(blamed(parsed)).toEqual(['EVENTSTORE_URL'])
      expect(JSON.stringify(parsed)).not.toContain('hunter22')
    }
    // To the client of gRPC a slash does not end them.
    const slashed = parseConfiguration({ EVENTSTORE_URL: 'esdb://admin:hunter/22@es.example:2113' })
    expect(blamed(slashed)).toEqual(['EVENTSTORE_URL'])
    expect(blamed(parseConfiguration({ EVENTSTORE_USERNAME: 'admin' }))).toEqual(['EVENTSTORE_PASSWORD'])
    expect(blamed(parseConfiguration({ EVENTSTORE_PASSWORD: 'hunter22' }))).toEqual(['EVENTSTORE_USERNAME'])
  })

  it.each(['nosuch=1', 'tls=no', 'keepAliveInterval=often', 'throwOnAppendFailure=false', 'tls', ''])(
    'takes no address of gRPC that its client would complain about, with the credentials it was given: ?%s',
    (option) => {
      const parsed = parseConfiguration({ EVENTSTORE_URL: `esdb://es.example:2113?tls=true&${option}` })
      expect(blamed(parsed)).toEqual(['EVENTSTORE_URL'])
    },
  )

  it('is an event-store gateway only in a container whose store speaks gRPC or is its own, and with a token that is long enough', () => {
    const token = 'x'.repeat(32)
    const blamedOf = (environment: Readonly<Record<string, string>>) =>
      blamed(parseConfiguration({ EVENTSTORE_GATEWAY_TOKEN: token, ...environment }))
    expect(blamedOf({ EVENTSTORE_URL: 'esdb://es.example:2113' })).toEqual([])
    expect(blamedOf({})).toEqual([])
    expect(blamedOf({ EVENTSTORE_URL: 'https://es.example:2113' })).toEqual(['EVENTSTORE_GATEWAY_TOKEN'])
    const short = { EVENTSTORE_URL: 'esdb://es.example:2113', EVENTSTORE_GATEWAY_TOKEN: 'short' }
    expect(blamedOf(short)).toEqual(['EVENTSTORE_GATEWAY_TOKEN'])
  })

  it('lets operators in with a token that is long enough, and goes to an edge deployment with one, under TLS in production', () => {
    const token = 'x'.repeat(32)
    const edge = { ACCI_EDGE_URL: 'http://edge.example/', ACCI_OPERATOR_TOKEN: token }
    const blamedOf = (environment: Readonly<Record<string, string>>) => blamed(parseConfiguration(environment))
    expect(blamedOf({ ACCI_OPERATOR_TOKEN: token })).toEqual([])
    for (const bad of ['x'.repeat(31), 'x'.repeat(257), `${token} ${token}`])
      expect(blamedOf({ ACCI_OPERATOR_TOKEN: bad })).toEqual(['ACCI_OPERATOR_TOKEN'])
    expect(parseConfiguration(edge)).toMatchObject({ configuration: { ACCI_EDGE_URL: 'http://edge.example' } })
    expect(blamedOf({ ...edge, ACCI_OPERATOR_TOKEN: '' })).toEqual(['ACCI_OPERATOR_TOKEN'])
    const production = {
      ...edge,
      ACCI_PROFILE: 'production',
      ACCI_MASTER_KEY: KEY,
      ACCI_PUBLIC_URL: 'https://acci.example',
      ACCI_ALLOW_STAND_INS: 'mailbox,embedded-postgres',
    }
    expect(blamedOf(production)).toEqual(['ACCI_EDGE_URL'])
    expect(blamedOf({ ...production, ACCI_EDGE_URL: 'https://edge.example' })).toEqual([])
  })

  it('sends the log to an event store under TLS alone, once it is in production', () => {
    const production = {
      ACCI_PROFILE: 'production',
      ACCI_MASTER_KEY: KEY,
      ACCI_PUBLIC_URL: 'https://acci.example',
      ACCI_ALLOW_STAND_INS: 'mailbox,embedded-postgres',
    }
    const faultsOf = (url: string) => blamed(parseConfiguration({ ...production, EVENTSTORE_URL: url }))
    expect(faultsOf('https://es.example:2113')).toEqual([])
    expect(faultsOf('esdb+discover://es.example?tls=true')).toEqual([])
    expect(faultsOf('http://es.example:2113')).toEqual(['EVENTSTORE_URL'])
    expect(faultsOf('esdb://es.example:2113?nodePreference=leader&tls=false')).toEqual(['EVENTSTORE_URL'])
    expect(faultsOf('esdb://es.example:2113?tlsVerifyCert=false')).toEqual(['EVENTSTORE_URL'])
    // As its client reads them.
    expect(faultsOf('esdb://es.example:2113?_T-L-S=false')).toEqual(['EVENTSTORE_URL'])
    expect(faultsOf(' http://es.example:2113')).toEqual(['EVENTSTORE_URL'])
  })

  it('publishes to a RabbitMQ under TLS alone, once it is in production', () => {
    const production = {
      ACCI_PROFILE: 'production',
      ACCI_MASTER_KEY: KEY,
      ACCI_PUBLIC_URL: 'https://acci.example',
      ACCI_ALLOW_STAND_INS: 'mailbox,embedded-postgres',
    }
    const url = 'amqp://acci:hunter22@mq.example/acci'
    expect(parseConfiguration({ RABBITMQ_URL: url })).toMatchObject({ configuration: { RABBITMQ_URL: url } })
    expect(blamed(parseConfiguration({ RABBITMQ_URL: 'http://mq.example' }))).toEqual(['RABBITMQ_URL'])
    const open = parseConfiguration({ ...production, RABBITMQ_URL: url })
    expect(blamed(open)).toEqual(['RABBITMQ_URL'])
    expect(JSON.stringify(open)).not.toContain('hunter22')
    expect(parseConfiguration({ ...production, RABBITMQ_URL: 'amqps://acci:hunter22@mq.example' }).ok).toBe(true)
  })

  it('sends what is cached over TLS alone, once it is in production', () => {
    const production = {
      ACCI_PROFILE: 'production',
      ACCI_MASTER_KEY: 'A'.repeat(43),
      ACCI_PUBLIC_URL: 'https://acci.example',
      ACCI_ALLOW_STAND_INS: 'embedded-postgres,mailbox',
    }
    const redis = { REDIS_URL: 'redis://:hunter22@redis.example' }
    const upstash = { UPSTASH_REDIS_REST_URL: 'http://redis.example', UPSTASH_REDIS_REST_TOKEN: 'hunter22' }
    expect(parseConfiguration({ ...redis, ...upstash }).ok).toBe(true)
    expect(blamed(parseConfiguration({ ...production, ...redis, ...upstash }))).toEqual([
      'REDIS_URL',
      'UPSTASH_REDIS_REST_URL',
    ])
    const safe = { ...upstash, REDIS_URL: 'rediss://redis.example', UPSTASH_REDIS_REST_URL: 'https://redis.example' }
    expect(parseConfiguration({ ...production, ...safe }).ok).toBe(true)
  })

  it('wants both address and token of a Redis over HTTP', () => {
    expect(blamed(parseConfiguration({ UPSTASH_REDIS_REST_URL: 'https://redis.example' }))).toEqual([
      'UPSTASH_REDIS_REST_TOKEN',
    ])
    expect(blamed(parseConfiguration({ UPSTASH_REDIS_REST_TOKEN: 'hunter22' }))).toEqual(['UPSTASH_REDIS_REST_URL'])
    expect(blamed(parseConfiguration({ REDIS_URL: 'http://redis.example' }))).toEqual(['REDIS_URL'])
  })

  it('obeys the rules of the runtime', () => {
    const rules: RuntimeRules = { ...CONTAINER_RULES, needs: ['DATABASE_URL'] }
    expect(parseConfiguration({}, rules)).toEqual({ ok: false, faults: ['DATABASE_URL: needed'] })
  })
})

describe('the Worker’s environment', () => {
  it('gives key and database beside the settings, whatever is bound besides', () => {
    const parsed = parseEnvironment({ ACCI_MASTER_KEY: KEY, DATABASE_URL: DATABASE, TENANT: {}, WAKE_UPS: {} })
    expect(parsed).toMatchObject({
      ok: true,
      environment: { databaseUrl: DATABASE, masterKey: new Uint8Array(32), configuration: { ACCI_REGION: 'local' } },
    })
  })

  it('names what a Worker cannot do without', () => {
    expect(blamed(parseEnvironment({ SMTP_URL: 'smtp://mail.example' }))).toEqual([
      'ACCI_MASTER_KEY',
      'DATABASE_URL',
      'ACCI_MAIL_FROM',
    ])
  })

  it('refuses an event store that only speaks gRPC', () => {
    const given = { ACCI_MASTER_KEY: KEY, DATABASE_URL: DATABASE }
    expect(blamed(parseEnvironment({ ...given, EVENTSTORE_URL: 'esdb://es.example:2113' }))).toEqual(['EVENTSTORE_URL'])
    expect(parseEnvironment({ ...given, EVENTSTORE_URL: 'https://es.example:2113' }).ok).toBe(true)
  })

  it('refuses the mailbox and the stand-in for Neon in production', () => {
    const production = {
      ACCI_PROFILE: 'production',
      ACCI_MASTER_KEY: KEY,
      ACCI_PUBLIC_URL: 'https://acci.example',
      DATABASE_URL: DATABASE,
      NEON_FETCH_ENDPOINT: 'http://127.0.0.1:4444/sql',
    }
    expect(blamed(parseEnvironment(production))).toEqual(['SMTP_URL', 'NEON_FETCH_ENDPOINT'])
    expect(parseEnvironment({ ...production, ACCI_ALLOW_STAND_INS: 'mailbox, neon-http' }).ok).toBe(true)
    const { NEON_FETCH_ENDPOINT: _standIn, ...real } = production
    const mail = { SMTP_URL: 'smtps://mail.example', ACCI_MAIL_FROM: 'acci@acci.example' }
    expect(parseEnvironment({ ...real, ...mail }).ok).toBe(true)
  })
})
