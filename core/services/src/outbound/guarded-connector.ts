import dns from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import type { buildConnector } from 'undici'
import { type AllowList, isPublic } from './allow-list.ts'
import { undici } from './undici.ts'

/** How names become addresses: `dns.lookup`, or what a test puts in its place. */
export type Resolve = typeof dns.lookup

export interface GuardedConnectorOptions {
  readonly allow: AllowList
  /** Milliseconds for the connection and TLS together. */
  readonly timeout: number
  readonly resolve?: Resolve
}

/** No connection was made, so nothing was sent. */
export class NotConnected extends Error {
  readonly blocked: boolean

  constructor(message: string, options: { readonly blocked: boolean; readonly cause?: unknown }) {
    super(message, { cause: options.cause })
    this.blocked = options.blocked
  }
}

const blocked = (host: string, address: string): NotConnected =>
  new NotConnected(`the address ${address}${host === address ? '' : ` of "${host}"`} is not a public one`, { blocked: true })

const usualPort: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }

/**
 * Makes the connections of the outbound client. The check is here, and not on the URL, because only here the address is the one that is really
 * dialled: after every way of writing it, after every redirect, and after the one resolution of its name that counts.
 */
export const guardedConnector = ({ allow, timeout, resolve = dns.lookup }: GuardedConnectorOptions): buildConnector.connector => {
  const mayDial = (address: string): boolean => isPublic(address) || allow.allowsAddress(address)

  const guardedLookup: LookupFunction = (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '')
      const usable = addresses.filter(({ address }) => mayDial(address))
      const first = usable[0]
      if (first === undefined) return callback(blocked(host, addresses[0]?.address ?? host), '')
      if (options.all === true) callback(null, usable)
      else callback(null, first.address, first.family)
    })
  }

  const guarded = undici().buildConnector({ timeout, lookup: guardedLookup } as buildConnector.BuildOptions)
  const open = undici().buildConnector({ timeout, lookup: resolve as LookupFunction } as buildConnector.BuildOptions)

  return (options, callback) => {
    const host = options.hostname.replaceAll(/^\[|\]$/g, '')
    const byName = allow.allowsHost(host, options.port || usualPort[options.protocol] || '')
    // a resolver is never asked for an address, so addresses are checked before
    if (!byName && isIP(host) !== 0 && !mayDial(host)) return callback(blocked(host, host), null)
    const connect = byName ? open : guarded
    connect(options, (...[error, socket]) => {
      if (error === null) callback(null, socket)
      else callback(error instanceof NotConnected ? error : new NotConnected(error.message, { blocked: false, cause: error }), null)
    })
  }
}
