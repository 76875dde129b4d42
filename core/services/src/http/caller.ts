import type { IncomingMessage } from 'node:http'
import { ParleyError } from '@parley/plugin-api'
import ipaddr from 'ipaddr.js'

export interface CallerOptions {
  /** Addresses or ranges of proxies whose `X-Forwarded-*` headers are believed; none by default. */
  readonly trustedProxies?: readonly string[]
  /** Where the installation is reached; when given it is the origin, whatever a request says. */
  readonly publicUrl?: string
}

/** Where a request came from, and what its caller sees in the address bar. */
export interface Caller {
  address(request: IncomingMessage): string
  origin(request: IncomingMessage): string
}

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number]

const named: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

const parseRange = (text: string): Range => {
  try {
    return text.includes('/') ? ipaddr.parseCIDR(text) : [ipaddr.process(text), text.includes(':') ? 128 : 32]
  } catch (cause) {
    throw new ParleyError('invalid_config', `"trustedProxies" has "${text}". Give an address, a range such as 10.0.0.0/8, "loopback" or "private".`, {
      cause,
    })
  }
}

const plain = (address: string): string => (address.startsWith('::ffff:') ? address.slice(7) : address)
const hostPattern = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/
const firstOf = (header: string | string[] | undefined): string | undefined =>
  String(header ?? '')
    .split(',', 1)[0]!
    .trim() || undefined

export const createCaller = ({ trustedProxies = [], publicUrl }: CallerOptions): Caller => {
  const ranges = trustedProxies.flatMap((entry) => named[entry] ?? [entry]).map(parseRange)
  const fixedOrigin = publicUrl === undefined ? undefined : new URL(publicUrl).origin

  const isTrusted = (address: string): boolean => {
    if (ranges.length === 0 || !ipaddr.isValid(address)) return false
    const parsed = ipaddr.process(address)
    return ranges.some((range) => range[0].kind() === parsed.kind() && parsed.match(range as never))
  }
  const remote = (request: IncomingMessage): string => plain(request.socket.remoteAddress ?? '')

  return {
    address(request) {
      let address = remote(request)
      const forwarded = request.headers['x-forwarded-for']
      if (forwarded === undefined || !isTrusted(address)) return address
      // the last entry was written by the proxy nearest to us; a caller can put anything before it
      for (const hop of String(forwarded).split(',').reverse()) {
        const candidate = plain(hop.trim())
        if (!ipaddr.isValid(candidate)) break
        address = candidate
        if (!isTrusted(address)) break
      }
      return address
    },
    origin(request) {
      if (fixedOrigin !== undefined) return fixedOrigin
      const { headers } = request
      const behindProxy = isTrusted(remote(request))
      const stated = (behindProxy ? firstOf(headers['x-forwarded-proto']) : undefined) ?? ('encrypted' in request.socket ? 'https' : 'http')
      const host = (behindProxy ? firstOf(headers['x-forwarded-host']) : undefined) ?? headers.host ?? ''
      if (!hostPattern.test(host))
        throw new ParleyError('invalid_input', 'The "Host" header is missing or not a host name. Send the name of this site.')
      return `${stated === 'https' ? 'https' : 'http'}://${host}`
    },
  }
}

/** Who shares an address for counting: with IPv6 one customer has a whole /64 to choose addresses from. */
export const networkOf = (address: string): string =>
  address.includes(':') && ipaddr.IPv6.isValid(address)
    ? ipaddr.IPv6.parse(address)
        .parts.slice(0, 4)
        .map((part) => part.toString(16))
        .join(':')
    : address
