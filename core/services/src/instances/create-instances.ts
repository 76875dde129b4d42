import type { Clock, Logger, Metrics, PluginDatabase } from '@parley/plugin-api'
import type { ClaimsService, PluginSet } from '../claims/index.ts'
import { heldBack, pluginDifferences } from './plugin-difference.ts'
import { PluginSetStore, type Instance } from './plugin-set-store.ts'

export interface InstancesOptions {
  readonly database: { readonly host: PluginDatabase }
  readonly clock: Clock
  /** Keeps the list of who lives, with the plugins of each. */
  readonly claims: Pick<ClaimsService, 'mark'>
  readonly log: Logger
  readonly metrics: Metrics
}

export interface Instances {
  /** A rollout of these plugins begins: processes with them are welcome beside older ones with others. */
  announce(set: PluginSet): Promise<void>
  /** Compares this process with the others from now on; after the claims have started. */
  start(set: PluginSet): Promise<void>
  stop(): void
  /** All processes that live, oldest first. */
  live(): Promise<readonly Instance[]>
  /** Whether it is this process. */
  isSelf(instance: Instance): boolean
  /** Plugin -> how other processes differ from this one in it. */
  differences(): Promise<ReadonlyMap<string, readonly string[]>>
  /** Why this process should get no work yet. */
  heldBack(): Promise<string | undefined>
}

const lookEvery = 10_000

/** Which plugins the processes of an installation run, and whether this one may join them (ADR 72). */
export const createInstances = ({ database, clock, claims, log, metrics }: InstancesOptions): Instances => {
  const store = new PluginSetStore(database.host)
  const differs = metrics.gauge('plugin_set_differs', '1 while processes of this installation run different plugins')
  let own: PluginSet | undefined
  let cancel = (): void => undefined
  let told = false
  // Once let in, a process stays in: a rollback that is announced in the middle of a rollout must not stop half of the service.
  let admitted = false

  const differences = async (): Promise<ReadonlyMap<string, readonly string[]>> =>
    own === undefined ? new Map() : pluginDifferences(own, await store.live())

  const reasonToWait = async (): Promise<string | undefined> => {
    if (own === undefined || admitted) return undefined
    const live = await store.live()
    const self = live.find(({ mark }) => mark === claims.mark)
    const reason = self && heldBack(self, live, await store.announced())
    admitted = self !== undefined && reason === undefined
    return reason
  }

  const look = async (): Promise<void> => {
    const different = await differences()
    differs.set(different.size > 0 ? 1 : 0)
    if (different.size > 0 && !told) log.warn('processes of this installation run different plugins', { plugins: Object.fromEntries(different) })
    told = different.size > 0
  }

  return {
    announce: (set) => store.announce(set, clock.now()),
    async start(set) {
      own = set
      await reasonToWait()
      await look()
      cancel = clock.every(lookEvery, () => {
        void look().catch((error: unknown) => log.debug('the plugins of other processes could not be read', { error }))
      })
    },
    stop: () => cancel(),
    live: () => store.live(),
    isSelf: ({ mark }) => own !== undefined && mark === claims.mark,
    differences,
    heldBack: reasonToWait,
  }
}
