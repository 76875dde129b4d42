import type { IncomingMessage } from 'node:http'
import type { Socket } from 'socket.io'

/** What is kept of a handshake. */
export interface Origin {
  readonly origin: string | undefined
  readonly userAgent: string | undefined
  readonly address: string
}

export const originOf = (socket: Socket, addressOf: (request: IncomingMessage) => string): Origin => ({
  origin: socket.handshake.headers.origin,
  userAgent: socket.handshake.headers['user-agent'],
  address: addressOf(socket.request),
})

const noRequest = { headers: {}, url: '', _query: {}, connection: {}, socket: {} }

/** Lets go of the request that opened the connection: with its headers and parsed query it is a large part of an idle connection's memory. */
export const forgetRequest = (socket: Socket): void => {
  const { address, secure, issued, xdomain, headers } = socket.handshake
  const { origin, 'user-agent': userAgent } = headers
  const kept = { ...(origin === undefined ? {} : { origin }), ...(userAgent === undefined ? {} : { 'user-agent': userAgent }) }
  Object.assign(socket, { handshake: { address, secure, issued, xdomain, headers: {}, query: {}, auth: {}, url: '', time: '' } })
  const request = { ...noRequest, headers: kept, socket: { remoteAddress: address } }
  Object.assign(socket.conn, { request })
}
