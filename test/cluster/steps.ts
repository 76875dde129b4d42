import { until } from '@parley/test-kit'
import type { FaultsDatabase } from '../faults/database.ts'
import type { Balancer } from './balancer.ts'
import { markOf, takeover, type Takeover } from './claims.ts'
import { parley, type ClusterProcess } from './cluster-process.ts'
import type { Releases } from './installation.ts'
import type { ClusterPlan } from './plan.ts'

/** One thing that was done, with seconds since the first. */
export interface Event {
  readonly at: number
  readonly what: string
  /** Seconds until the process was ready again. */
  readonly back: number
  readonly takeover?: Takeover
}

export interface StepParts {
  readonly root: string
  readonly releases: Releases
  readonly variables: Readonly<Record<string, string>>
  readonly processes: readonly ClusterProcess[]
  readonly database: FaultsDatabase
  readonly balancer: Balancer
  readonly plan: ClusterPlan
  readonly say: (line: string) => void
}

export interface StepResults {
  readonly events: readonly Event[]
  readonly violations: readonly string[]
  /** From then on processes only ended in order. */
  readonly inOrderSince: number
}

/** Kills each in turn, drains each in turn, then brings the next release: migrations first, processes in turn. Always under load. */
export const breakCluster = async (parts: StepParts): Promise<StepResults> => {
  const { root, releases, variables, processes, database, balancer, plan, say } = parts
  const begun = performance.now()
  const events: Event[] = []
  const violations: string[] = []
  const nameOf = (index: number): string => `process ${index + 1} (${processes[index]!.roles.join(', ')})`

  const step = async (what: string, home: string, one: ClusterProcess, work: () => Promise<Takeover | undefined>): Promise<void> => {
    const at = performance.now()
    const taken = await work()
    one.start(home)
    await one.ready()
    // whoever upgrades in turn waits until the balancer, too, has seen it: else both may be away for it
    await until(() => balancer.has(one.url), { within: 30_000 })
    const event = { at: (at - begun) / 1000, what, back: (performance.now() - at) / 1000, ...(taken === undefined ? {} : { takeover: taken }) }
    events.push(event)
    const told = taken === undefined ? '' : `, its ${taken.claims} claims in other hands after ${taken.seconds.toFixed(1)} s`
    say(`  ${event.at.toFixed(0)} s: ${what}: ready again after ${event.back.toFixed(1)} s${told}`)
  }
  const drain = async (one: ClusterProcess, what: string): Promise<undefined> => {
    const code = await one.drain()
    if (code !== 0) violations.push(`${what} ended with ${code} instead of 0`)
    return undefined
  }

  for (const index of plan.kills) {
    const one = processes[index]!
    await step(`SIGKILL of ${nameOf(index)}`, releases.current, one, async () => {
      const mark = await markOf(database, one.pid)
      await one.kill()
      return await takeover(database, mark)
    })
  }
  const inOrderSince = performance.now()
  for (const index of plan.drains) {
    const what = `SIGTERM of ${nameOf(index)}`
    await step(what, releases.current, processes[index]!, () => drain(processes[index]!, what))
  }

  const next = { ...variables, PARLEY_HOME: releases.next }
  const refused = await parley(root, ['start', '--role', 'scheduler'], { ...next, PORT: '0' }).then(
    () => 'it ended well',
    (error: { stderr?: string }) => error.stderr ?? String(error),
  )
  if (!refused.includes('parley migrate')) violations.push(`the next release was not refused on the database of this one: ${refused.slice(0, 300)}`)
  await parley(root, ['migrate'], next)
  say('  the next release is refused before its migrations, and they are applied')
  const [first] = processes
  await step(`${nameOf(0)} of this release again, on the next one's database`, releases.current, first!, () => drain(first!, 'process 1'))
  for (const [index, one] of processes.entries()) {
    const what = `upgrade of ${nameOf(index)}`
    await step(what, releases.next, one, () => drain(one, what))
  }
  violations.push(...(await notUpgraded(processes)))
  return { events, violations, inOrderSince }
}

const notUpgraded = async (processes: readonly ClusterProcess[]): Promise<string[]> => {
  const versions = await Promise.all(
    processes.map(async ({ url }) => {
      const plugins = (await (await fetch(`${url}/system/plugins`)).json()) as { id: string; version: string; state: string }[]
      const parcel = plugins.find(({ id }) => id === 'channel-parcel')
      return `${parcel?.version} ${parcel?.state}`
    }),
  )
  return versions.flatMap((version, index) =>
    version === '1.1.0 running' ? [] : [`process ${index + 1} has the channel as "${version}" after the upgrade`],
  )
}
