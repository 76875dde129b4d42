import type { PluginHandle } from '@parley/kernel'
import type { Claims, Clock, Logger, PluginDatabase } from '@parley/plugin-api'
import { unwatchedClaims } from '../claims/index.ts'
import { ConnectorLoop } from './connector-loop.ts'
import { LeaseKeeper, type LeaseTimes } from './lease-keeper.ts'
import { LeaseStore } from './lease-store.ts'

export interface ConnectorsOptions {
  readonly database: { readonly host: PluginDatabase }
  readonly clock: Clock
  readonly claims?: Claims
  readonly log: Logger
  readonly times?: LeaseTimes & { readonly pollEvery: number }
}

export interface Connectors {
  /** For processes with the role `connector`. */
  start(plugins: readonly PluginHandle[]): void
  /** Looks at once for keys that nobody has any more. */
  hurry(): Promise<void>
  /** Why keys are not held or found here. */
  problem(): string | undefined
  /** Aborts the running connectors, waits for them and gives their leases back. */
  stop(): Promise<void>
  /** `<plugin>:<connector> <key>` of what runs in this process. */
  readonly running: readonly string[]
}

const defaultTimes = { lease: 15_000, renewEvery: 5_000, pollEvery: 5_000 }

/** Connectors with leases in PostgreSQL: one live owner for each key, in any number of processes. */
export const createConnectors = ({ database, clock, claims = unwatchedClaims(), log, times = defaultTimes }: ConnectorsOptions): Connectors => {
  const leases = new LeaseKeeper({ store: new LeaseStore(database.host), clock, claims, log, times })
  const stopping = new AbortController()
  const loops = new Map<string, ConnectorLoop>()
  let ended: Promise<unknown> = Promise.resolve()

  return {
    start(plugins) {
      for (const plugin of plugins) {
        for (const connector of plugin.declarations.connectors) {
          loops.set(`${plugin.id}:${connector.name}`, new ConnectorLoop({ plugin, connector, leases, clock, log, pollEvery: times.pollEvery }))
        }
      }
      if (loops.size === 0) return
      leases.start()
      ended = Promise.all([...loops.values()].map((loop) => loop.run(stopping.signal)))
    },
    async hurry() {
      await Promise.all([...loops.values()].map((loop) => loop.hurry(stopping.signal)))
    },
    problem: () => leases.problem(),
    async stop() {
      stopping.abort(new Error('the process stops'))
      await ended
      leases.stop()
    },
    get running() {
      return [...loops].flatMap(([name, loop]) => loop.keys.map((key) => `${name} ${key}`))
    },
  }
}
