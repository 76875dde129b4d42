import type { Server as HttpServer } from 'node:http'
import type { PluginHandle } from '@parley/kernel'
import type { Clock, Logger, PluginDatabase, Realtime } from '@parley/plugin-api'
import { createCaller } from '../http/caller.ts'
import type { Authenticate } from '../http/index.ts'
import { Handshakes } from './handshakes.ts'
import { Heartbeat } from './heartbeat.ts'
import { namespaceOf, PluginSockets } from './plugin-sockets.ts'
import { sendAway } from './send-away.ts'
import { SequenceReader } from './sequence-reader.ts'
import { SequenceStore } from './sequence-store.ts'
import { ShellSockets } from './shell-sockets.ts'
import { cutSlowConsumers } from './slow-consumers.ts'
import { shellNamespace, SocketHub } from './socket-hub.ts'
import { TopicSender } from './topic-sender.ts'
import { TopicSubscriptions } from './topic-subscriptions.ts'

export interface RealtimeOptions {
  readonly database: { readonly host: PluginDatabase }
  readonly clock: Clock
  readonly log: Logger
  /** Needed as soon as there are two processes. */
  readonly redisUrl?: string
  /** Separates installations that share one Redis; default `parley`. */
  readonly prefix?: string
  /** Default `websocket` alone, so that a load balancer needs no sticky sessions; `polling` does. */
  readonly transports?: readonly ('websocket' | 'polling')[]
  readonly trustedProxies?: readonly string[]
  /** Connections one address may open each minute, people and widgets counted apart; default 600. */
  readonly handshakesPerMinute?: number
  /** Where the installation is reached; without it, a request's own words tell. */
  readonly publicUrl?: string
  /** Milliseconds over which clients are sent to other processes when this one stops; 0, the default, cuts them at once. */
  readonly reconnectWindow?: number
}

export interface RealtimeStatistics {
  readonly connections: number
  /** Different topics and keys that are followed in this process. */
  readonly followed: number
  readonly sent: number
  readonly redisCommands: number
}

export interface RealtimeService {
  forPlugin(id: string): Realtime
  /** For a process without connections: what it sends reaches those of others. */
  start(plugins: readonly PluginHandle[]): void
  /** Takes connections: `/shell` for people, `/<plugin>/<name>` for the sockets that plugins declare. */
  attach(server: HttpServer, plugins: readonly PluginHandle[], authenticate: Authenticate): void
  /** Sends clients away, lets events in work finish, then cuts what is left; clients connect to another process. Before the HTTP server is stopped. */
  stop(): Promise<void>
  /** For metrics. */
  statistics(): RealtimeStatistics
}

const heartbeatEvery = 30_000
const recheckEvery = 10_000
const slowEvery = 5_000
const longestDrain = 5_000

/** @example const realtime = createRealtime({ database, clock, log }); realtime.attach(http.server, plugins, authenticate) */
export const createRealtime = (options: RealtimeOptions): RealtimeService => {
  const { database, clock, log, redisUrl, prefix = 'parley', transports = ['websocket'], trustedProxies = [], publicUrl } = options
  const { handshakesPerMinute: perMinute = 600, reconnectWindow = 0 } = options
  const hub = new SocketHub({ clock, log, redisUrl, prefix, transports })
  const store = new SequenceStore(database.host)
  const sequences = new SequenceReader(store)
  const caller = createCaller({ trustedProxies, ...(publicUrl === undefined ? {} : { publicUrl }) })
  const working = new Set<Promise<unknown>>()
  const timers: (() => void)[] = []
  let sent = 0
  let leaving = false
  let stopping = false
  const isLeaving = (): boolean => leaving
  const isStopping = (): boolean => stopping
  const sender = new TopicSender({
    store,
    deliver: (room, message) => {
      sent++
      hub.deliver(room, message)
    },
  })

  const track = <T>(work: Promise<T>): Promise<T> => {
    working.add(work)
    const done = (): void => void working.delete(work)
    work.then(done, done)
    return work
  }

  const start = (plugins: readonly PluginHandle[]): void => {
    hub.start()
    for (const plugin of plugins) for (const declaration of plugin.declarations.sockets) hub.open(namespaceOf(plugin, declaration))
  }

  return {
    forPlugin: () => ({ send: (topic, key, payload, { within } = {}) => sender.send(topic, key, payload, within) }),
    start,
    attach(server, plugins, authenticate) {
      start(plugins)
      const shared = { hub, sequences, addressOf: caller.address, siteOf: caller.origin, isLeaving, isStopping, clock, log }
      const topics = new TopicSubscriptions({ plugins, log })
      const visitors = new Handshakes({ perMinute, clock })
      const shell = new ShellSockets({
        ...shared,
        handshakes: new Handshakes({ perMinute, clock }),
        namespace: hub.open(shellNamespace),
        topics,
        authenticate,
      })
      for (const plugin of plugins) {
        for (const declaration of plugin.declarations.sockets) {
          new PluginSockets({ ...shared, handshakes: visitors, plugin, declaration, namespace: hub.open(namespaceOf(plugin, declaration)), track })
        }
      }
      const heartbeat = new Heartbeat({ hub, store, log })
      timers.push(
        clock.every(heartbeatEvery, () => void heartbeat.beat()),
        clock.every(recheckEvery, () => void shell.recheck()),
        clock.every(slowEvery, () => cutSlowConsumers(hub, log)),
      )
      hub.io.attach(server)
    },
    async stop() {
      leaving = true
      if (reconnectWindow > 0) await sendAway(hub, reconnectWindow, clock)
      stopping = true
      for (const cancel of timers) cancel()
      const drained = new AbortController()
      const late = clock.sleep(longestDrain, drained.signal).catch(() => undefined)
      await Promise.race([Promise.allSettled(working), late])
      drained.abort()
      await hub.close()
    },
    statistics: () => ({
      connections: [...hub.sockets()].length,
      followed: [...hub.rooms()].length,
      sent,
      redisCommands: hub.redisCommands,
    }),
  }
}
