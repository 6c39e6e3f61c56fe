import { isIpAllowed } from '#domain/auth/ip-ranges.ts'

/**
 * The caller's network address: the peer's, or what trusted proxies say of it, read from the right as far as they reach (G-75).
 */
export function clientAddress(
  peer: string,
  forwardedFor: string | undefined,
  trustedProxies: readonly string[],
): string {
  let address = peer
  for (const hop of (forwardedFor ?? '').split(',').toReversed()) {
    if (trustedProxies.length === 0 || !isIpAllowed(address, trustedProxies)) break
    if (hop.trim() === '') break
    address = hop.trim()
  }
  return address
}
