import type { Clock } from '@parley/plugin-api'
import type { SocketHub } from './socket-hub.ts'

/** For clients that finish what they are about first. */
const grace = 3_000
const lookEvery = 100

/**
 * Asks the clients to connect again, each at another moment within the window, so that the processes that stay are not stormed. Resolves when
 * all have left, or when who is still there will have to be cut.
 */
export const sendAway = async (hub: SocketHub, window: number, clock: Clock): Promise<void> => {
  const remaining = (): number => [...hub.sockets()].length
  for (const socket of hub.sockets()) socket.emit('reconnect', { after: Math.floor(Math.random() * window) })
  const late = clock.now().getTime() + window + grace
  while (remaining() > 0 && clock.now().getTime() < late) await clock.sleep(lookEvery)
}
