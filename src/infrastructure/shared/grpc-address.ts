const INTEGER = /^\d{1,9}$/
const ANYTHING = /^[^\s]+$/

/** Options that an address of gRPC may have and what each may say, by the name in small letters without `-` and `_`. */
const OPTIONS: Readonly<Record<string, RegExp>> = {
  tls: /^(?:true|false)$/,
  // The client cannot do without: it would verify all the same.
  tlsverifycert: /^true$/,
  tlscafile: ANYTHING,
  usercertfile: ANYTHING,
  userkeyfile: ANYTHING,
  nodepreference: /^(?:leader|follower|random|read[-_]?only[-_]?replica)$/i,
  connectionname: ANYTHING,
  maxdiscoverattempts: INTEGER,
  discoveryinterval: INTEGER,
  gossiptimeout: INTEGER,
  keepaliveinterval: INTEGER,
  keepalivetimeout: INTEGER,
  defaultdeadline: INTEGER,
}

/** The options of an `esdb://` address, by the names of `OPTIONS`. */
const optionsOf = (url: string): readonly (readonly [name: string, value: string])[] => {
  const [, ...query] = url.split('?')
  if (query.length === 0) return []
  return query
    .join('?')
    .split('&')
    .map((option) => {
      const [name = '', ...value] = option.split('=')
      return [name.toLowerCase().replaceAll(/[-_]/g, ''), value.join('=')]
    })
}

/** Whether all options are ones the vendor's client takes: it prints an address with others, credentials and all. */
export const hasKnownOptions = (url: string): boolean =>
  optionsOf(url).every(([name, value]) => OPTIONS[name]?.test(value) === true && !/[?=]/.test(value))

/** Whether an `esdb://` address does without TLS. */
export const isWithoutTls = (url: string): boolean =>
  optionsOf(url).some(([name, value]) => name === 'tls' && value === 'false')
