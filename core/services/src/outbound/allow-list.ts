import { ParleyError } from '@parley/plugin-api'
import ipaddr from 'ipaddr.js'

/** What a deployment allows beyond public addresses. */
export interface AllowList {
  /** By the name or address that the URL says. */
  allowsHost(host: string, port: string): boolean
  /** By the address that is dialled. */
  allowsAddress(address: string): boolean
}

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number]

const entryPattern = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i

const parseRange = (entry: string): Range => {
  try {
    return ipaddr.parseCIDR(entry)
  } catch (cause) {
    throw new ParleyError('invalid_config', `"host.outbound.allow" has "${entry}", which is no range. Write it as 10.0.0.0/8 or fd00::/8.`, { cause })
  }
}

const parseHost = (entry: string): string => {
  const [, ipv6, name, port = '*'] = entryPattern.exec(entry) ?? []
  const host = ipv6 ?? name
  if (host !== undefined) return `${host.toLowerCase()} ${port}`
  throw new ParleyError('invalid_config', `"host.outbound.allow" has "${entry}". Write a host, host:port, [IPv6]:port or a range such as 10.0.0.0/8.`)
}

/** @example parseAllowList(['crm.local:8443', '[::1]:9000', '10.20.0.0/16']) */
export const parseAllowList = (entries: readonly string[]): AllowList => {
  const ranges = entries.filter((entry) => entry.includes('/')).map(parseRange)
  const hosts = new Set(entries.filter((entry) => !entry.includes('/')).map(parseHost))
  return {
    allowsHost: (host, port) => hosts.size > 0 && (hosts.has(`${host.toLowerCase()} ${port}`) || hosts.has(`${host.toLowerCase()} *`)),
    allowsAddress: (address) => {
      if (ranges.length === 0) return false
      const parsed = ipaddr.process(address)
      return ranges.some((range) => range[0].kind() === parsed.kind() && parsed.match(range as never))
    },
  }
}

// what lies outside is not assigned, or is IPv4 in disguise, such as ::7f00:1
const assignedIPv6 = ipaddr.parseCIDR('2000::/3')

/** Reachable from anywhere: not this machine, not the local network, not a cloud's metadata service, nothing reserved or tunnelled. */
export const isPublic = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(assignedIPv6 as never))
}
