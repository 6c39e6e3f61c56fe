import ipaddr from 'ipaddr.js'

/** Whether an address lies in one of the ranges (addresses or CIDR blocks); no ranges allow every address. */
export function isIpAllowed(address: string, ranges: readonly string[]): boolean {
  if (ranges.length === 0) return true
  if (!ipaddr.isValid(address)) return false
  const given = ipaddr.process(address)
  return ranges.some((range) => {
    const [network, bits] = range.includes('/') ? block(range) : wholeAddress(range)
    return given.kind() === network.kind() && given.match(network, bits)
  })
}

/** A block of IPv4 addresses written as IPv6 (`::ffff:10.0.0.0/104`) is that block of IPv4 addresses. */
function block(range: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const [network, bits] = ipaddr.parseCIDR(range)
  const isMapped = network instanceof ipaddr.IPv6 && network.isIPv4MappedAddress() && bits >= 96
  return isMapped ? [network.toIPv4Address(), bits - 96] : [network, bits]
}

function wholeAddress(address: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const parsed = ipaddr.process(address)
  return [parsed, parsed.kind() === 'ipv4' ? 32 : 128]
}
