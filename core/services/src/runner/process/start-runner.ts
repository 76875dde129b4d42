import { createHash, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Logger } from '@parley/plugin-api'
import { WebSocketServer } from 'ws'
import { largestMessage, type RunnerState } from '../protocol.ts'
import type { RunnerLimits } from '../runner-limits.ts'
import { compileEngine } from '../sandbox/engine.ts'
import { SandboxPool } from '../sandbox/sandbox-pool.ts'
import { CallerConnection } from './caller-connection.ts'

export interface RunnerOptions {
  /** The compiled `main` of this package, which its threads run. */
  readonly program: string
  readonly limits: RunnerLimits
  /** What callers must know. */
  readonly token: string
  readonly log: Logger
  /** 0 is any free one. */
  readonly port: number
  /** Interface; all of them by default. */
  readonly address?: string
  /** Answers requests that are no caller's. */
  readonly page?: (request: IncomingMessage, response: ServerResponse) => void
}

/** A runner that takes code. */
export interface RunningRunner {
  readonly url: string
  state(): RunnerState
  /** Why nothing can run here. */
  problem(): string | undefined
  /** Takes nothing new and ends what it has, for at most that many milliseconds; callers go elsewhere. */
  stop(patience: number): Promise<void>
}

/** Milliseconds in which changes of the state are told once. */
const stateEvery = 50

/** Listens for callers that know the token and runs what they send. */
export async function startRunner({ program, limits, token, log, port, address, page }: RunnerOptions): Promise<RunningRunner> {
  const callers = new Set<CallerConnection>()
  let telling: NodeJS.Timeout | undefined
  const tell = (): void => {
    telling = undefined
    const state = pool.state()
    for (const caller of callers) caller.tellState(state)
  }
  const pool: SandboxPool = new SandboxPool({
    program,
    engine: await compileEngine(),
    limits,
    changed: () => (telling ??= setTimeout(tell, stateEvery)),
    replaced: (reason, run) => {
      const level = reason === 'age' || reason === 'grown' || reason === 'cancelled' ? 'debug' : 'warn'
      log[level]('A sandbox was replaced', { reason, ...(run === undefined ? {} : { plugin: run.plugin, code: run.name }) })
    },
  })

  const server = createServer((request, response) => (page === undefined ? void response.writeHead(404).end() : page(request, response)))
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: largestMessage })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    if (!knowsToken(request, token)) {
      log.warn('A caller with a wrong token was sent away', { address: request.socket.remoteAddress })
      return void socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    }
    sockets.handleUpgrade(request, socket, head, (caller) => {
      const connection = new CallerConnection(caller, pool, limits.timeLimit)
      callers.add(connection)
      caller.on('close', () => callers.delete(connection))
      caller.on('error', (error) => log.warn('A connection failed', { error }))
    })
  })
  server.listen(port, address)
  await once(server, 'listening')
  const { port: own } = server.address() as AddressInfo

  return {
    url: `http://${address ?? 'localhost'}:${own}`,
    state: () => pool.state(),
    problem: () => pool.problem(),
    async stop(patience) {
      const done = pool.drain()
      tell()
      const late = new AbortController()
      await Promise.race([
        done,
        new Promise((resolve) => AbortSignal.any([AbortSignal.timeout(patience), late.signal]).addEventListener('abort', resolve)),
      ])
      late.abort()
      clearTimeout(telling)
      for (const client of sockets.clients) client.close(1001)
      server.close()
      server.closeIdleConnections()
      await pool.close()
    },
  }
}

/** Compared as hashes, so that the time says nothing of the token, nor of its length. */
export const knowsToken = ({ headers }: IncomingMessage, token: string): boolean =>
  timingSafeEqual(hashOf(headers.authorization ?? ''), hashOf(`Bearer ${token}`))
const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest()
