import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below what systems give to outgoing connections, and ten thousand below it again: a Redis Cluster wants a second port there. */
const range = [12_000, 22_000] as const

/**
 * A port of this machine that nobody listens on, for a server that is started after this and again later: by chance, since processes of other tests look
 * for theirs at the same time, and not one that an outgoing connection may take meanwhile.
 */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(...range)
    const server = createServer()
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!free) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
