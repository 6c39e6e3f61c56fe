import { disposableEmailBlocklistSet } from 'disposable-email-domains-js'

/** Made on first use and kept: the library's own check makes the set of all its thousands of domains anew each time. */
let blocklist: ReadonlySet<string> | undefined

/** Whether addresses of a domain are handed out to be thrown away. */
export function isDisposableDomain(domain: string): boolean {
  blocklist ??= disposableEmailBlocklistSet()
  return blocklist.has(domain.trim().toLowerCase())
}
