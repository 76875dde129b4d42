import type { Logger } from '@parley/plugin-api'
import type { Socket } from 'socket.io'
import type { SocketHub } from './socket-hub.ts'

/** Bytes and messages that may wait for one connection. */
const mostBytes = 1_024 * 1_024
const mostMessages = 1_000

interface WebSocketTransport {
  readonly socket?: { readonly bufferedAmount?: number }
}

const isSlow = ({ conn }: Socket): boolean => {
  const { writeBuffer, transport } = conn as unknown as { writeBuffer: readonly unknown[]; transport: WebSocketTransport }
  return writeBuffer.length > mostMessages || (transport.socket?.bufferedAmount ?? 0) > mostBytes
}

/** Cuts connections that do not take what is sent to them: it piles up in our memory. Their clients connect again and refetch. For a timer. */
export const cutSlowConsumers = (hub: SocketHub, log: Logger): void => {
  for (const socket of hub.sockets()) {
    if (!isSlow(socket)) continue
    log.warn('a connection that reads too slowly was cut', { namespace: socket.nsp.name, socket: socket.id })
    socket.conn.close(true)
  }
}
