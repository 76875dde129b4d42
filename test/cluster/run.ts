import { createWriteStream, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort, until } from '@parley/test-kit'
import { startDatabase, type FaultsDatabase } from '../faults/database.ts'
import { deliveryTimeout } from '../faults/installation.ts'
import { judge } from '../faults/judge.ts'
import { Load, type LoadResult } from '../faults/load.ts'
import { quiet, requiredRedis } from '../faults/run.ts'
import { administrator, setUp } from '../faults/set-up.ts'
import { startSink } from '../faults/sink.ts'
import { Balancer } from './balancer.ts'
import { ClusterProcess, parley } from './cluster-process.ts'
import { createReleases, type Releases } from './installation.ts'
import type { ClusterPlan } from './plan.ts'
import { breakCluster, type Event } from './steps.ts'
import { Watchers } from './watchers.ts'

export interface ClusterResult {
  readonly plan: ClusterPlan
  /** Seconds of load. */
  readonly seconds: number
  readonly messages: number
  /** New messages acknowledged a second, those seconds included in which processes were away. */
  readonly rate: number
  readonly requests: number
  /** Requests that failed while processes were killed: those that were in their hands. */
  readonly failedInKills: number
  /** While processes were drained and upgraded: none is allowed. */
  readonly failedInOrder: number
  readonly latency: LoadResult['latency']
  readonly events: readonly Event[]
  readonly sockets: { readonly watchers: number; readonly connections: number; readonly askedToLeave: number; readonly heard: number }
  readonly replies: number
  readonly repeated: number
  readonly unknown: readonly string[]
  /** Seconds from the end of the load until nothing was left to do. */
  readonly quietAfter: number
  readonly violations: readonly string[]
}

type Say = (line: string) => void
const warmUp = 2_000
const followedAtMost = 60
/** Below the lease of an outbox (45 s), so that it was not waited for, and with room for a machine that does other things. */
const longestTakeover = 30

export const runCluster = async (root: string, plan: ClusterPlan, say: Say): Promise<ClusterResult> => {
  const cleanup: (() => Promise<void>)[] = []
  try {
    return await runWith(root, plan, say, cleanup)
  } finally {
    for (const step of cleanup.toReversed()) await step()
  }
}

const runWith = async (root: string, plan: ClusterPlan, say: Say, cleanup: (() => Promise<void>)[]): Promise<ClusterResult> => {
  const undo = <T extends { stop(): Promise<void> }>(one: T): T => (cleanup.push(() => one.stop()), one)
  const sink = undo(await startSink(root, { rough: false, seed: plan.seed + 2, patience: 2 * deliveryTimeout * 1000 }))
  const releases = await createReleases(root, sink.port)
  cleanup.push(async () => releases.remove())
  const database = undo(await startDatabase())
  const redis = undo(await requiredRedis(releases.current))
  const logFile = join(tmpdir(), `parley-cluster-${process.pid}.log`)
  rmSync(logFile, { force: true })
  const log = createWriteStream(logFile, { flags: 'a' })
  const variables = environment(database.url, redis.url, releases)
  await parley(root, ['migrate'], { ...variables, PARLEY_HOME: releases.current })
  const processes = await Promise.all(
    plan.processes.map(async (roles) => new ClusterProcess({ root, roles, port: await freePort(), variables, log })),
  )
  cleanup.push(async () => void (await Promise.all(processes.map((one) => one.kill()))))
  // the first one makes the administrator
  processes[0]!.start(releases.current)
  await processes[0]!.ready()
  for (const one of processes.slice(1)) one.start(releases.current)
  await Promise.all(processes.map((one) => one.ready()))
  const balancer = undo(new Balancer(processes.map(({ url, roles }) => ({ url, web: roles.includes('web'), realtime: roles.includes('realtime') }))))
  await balancer.start()
  const addresses = await setUp(balancer.url, sink.port)
  say(`${plan.name}: ${processes.length} processes are ready`)

  let running = true
  const loading = new Load({ plan: { ...plan, seconds: 0 }, urls: [balancer.url], addresses, running: () => running }).run()
  cleanup.push(async () => void (running = false))
  const watchers = await watch(plan, balancer, database)
  cleanup.push(async () => watchers.stop())
  const parts = { root, releases, variables, processes, database, balancer, plan, say }
  const { events, violations: broken, inOrderSince } = await breakCluster(parts).finally(() => (running = false))
  const load = await loading
  const stuck: string[] = []
  const begun = performance.now()
  await quiet(database).catch(async () => void stuck.push(...(await database.stuck())))
  const quietAfter = (performance.now() - begun) / 1000
  const judged = judge({ conversations: load.conversations, stored: await database.messages(), ledger: await sink.ledger() })
  const failures = [...load.failedAt, ...balancer.failures.map(({ at }) => at)]
  const inOrder = balancer.failures
    .filter(({ at }) => at >= inOrderSince)
    .map(({ reason }) => `a request was dropped while processes ended in order: ${reason}`)
  const late = events
    .filter(({ takeover }) => (takeover?.seconds ?? 0) > longestTakeover)
    .map(({ what }) => `what it had was taken over too late: ${what}`)
  const violations = [
    ...broken,
    ...late,
    ...inOrder,
    ...stuck.map((line) => `not done: ${line}`),
    ...load.refused.map((line) => `a good message was refused: ${line}`),
    ...(await screensShowEverything(watchers)),
    ...judged.violations,
  ]
  const messages = load.conversations.reduce((sum, { texts }) => sum + texts.length, 0)
  if (messages === 0) violations.push('no message was acknowledged at all')
  if (violations.length === 0) rmSync(logFile, { force: true })
  else say(`${plan.name}: ${violations.length} violations; the log of the processes is ${logFile}`)
  return {
    plan,
    seconds: load.seconds,
    messages,
    rate: messages / load.seconds,
    requests: load.requests,
    failedInKills: load.failedAt.filter((at) => at < inOrderSince).length,
    failedInOrder: Math.max(failures.filter((at) => at >= inOrderSince).length, inOrder.length),
    latency: load.latency,
    events,
    sockets: { watchers: plan.watchers, connections: watchers.connections, askedToLeave: watchers.askedToLeave, heard: watchers.heard },
    replies: judged.replies,
    repeated: judged.repeated,
    unknown: judged.unknown,
    quietAfter,
    violations: [...new Set(violations)],
  }
}

/** A message may be on its way to a screen when everything else is done. */
const screensShowEverything = async (watchers: Watchers): Promise<string[]> => {
  await until(async () => (await watchers.missing()).length === 0, { within: 45_000 }).catch(() => undefined)
  return await watchers.missing()
}

const environment = (databaseUrl: string, redisUrl: string, releases: Releases): Record<string, string> => {
  const { DATABASE_URL: _, REDIS_URL: __, ...inherited } = process.env
  return {
    ...(inherited as Record<string, string>),
    NODE_ENV: 'production',
    PARLEY_LOG_LEVEL: 'warn',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    PARLEY_DATA_DIR: releases.dataDir,
    PARLEY_ADMIN_LOGIN: administrator.login,
    PARLEY_ADMIN_PASSWORD: administrator.password,
  }
}

const watch = async (plan: ClusterPlan, balancer: Balancer, database: FaultsDatabase): Promise<Watchers> => {
  await delay(warmUp)
  const signedIn = await fetch(`${balancer.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(administrator),
  })
  const { accessToken: token } = (await signedIn.json()) as { accessToken: string }
  const stored = async (): Promise<Map<string, string[]>> => {
    const rows = await database.query<{ id: string; messages: string[] }>(
      'SELECT conversation_id AS id, array_agg(id) AS messages FROM plugin_conversations.messages GROUP BY 1',
    )
    return new Map(rows.map(({ id, messages }) => [id, messages]))
  }
  const watchers = new Watchers({ url: balancer.url, count: plan.watchers, token, stored })
  await until(async () => (await stored()).size >= 2 * plan.watchers, { within: 60_000 })
  watchers.start([...(await stored()).keys()].slice(0, followedAtMost))
  await until(() => watchers.live === plan.watchers, { within: 60_000 }).catch(() => {
    throw new Error(`Of ${plan.watchers} screens ${watchers.live} are connected. ${[...watchers.refusals].join('; ')}`)
  })
  return watchers
}
