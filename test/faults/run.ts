import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startRedisServer } from '@parley/test-kit'
import { Redis } from 'ioredis'
import { startDatabase, type FaultsDatabase } from './database.ts'
import { startHostProcesses, type HostProcesses } from './host-processes.ts'
import { createHome, deliveryTimeout } from './installation.ts'
import { judge } from './judge.ts'
import { Load, type LoadResult } from './load.ts'
import { faultsOf, type Fault, type Plan } from './plan.ts'
import { Random } from './random.ts'
import { administrator, setUp } from './set-up.ts'
import { startSink } from './sink.ts'

export interface RunResult {
  readonly plan: Plan
  readonly messages: number
  /** New messages acknowledged a second. */
  readonly rate: number
  readonly requests: number
  readonly unanswered: number
  readonly latency: LoadResult['latency']
  /** What was done, with seconds after the beginning. */
  readonly faults: readonly string[]
  /** Starts of processes beyond the first ones. */
  readonly restarts: number
  readonly replies: number
  readonly repeated: number
  readonly unknown: readonly string[]
  /** Seconds from the end of the load until nothing was left to do. */
  readonly quietAfter: number
  readonly violations: readonly string[]
}

const startLimit = 60_000
const quietLimit = 90_000

/** Starts everything, loads it, breaks it, waits until it is quiet and judges. Leaves nothing behind but the log of a run with violations. */
export const runFaults = async (root: string, plan: Plan, say: (line: string) => void): Promise<RunResult> => {
  const cleanup: (() => Promise<void>)[] = []
  try {
    return await runWith(root, plan, say, cleanup)
  } finally {
    for (const step of cleanup.toReversed()) await step()
  }
}

const runWith = async (root: string, plan: Plan, say: (line: string) => void, cleanup: (() => Promise<void>)[]): Promise<RunResult> => {
  const undo = <T extends { stop(): Promise<void> }>(one: T): T => {
    cleanup.push(() => one.stop())
    return one
  }
  const sink = undo(await startSink(root, { rough: plan.rough, seed: plan.seed + 2, patience: 2 * deliveryTimeout * 1000 }))
  const home = await createHome(root, sink.port)
  cleanup.push(async () => home.remove())
  const database = undo(await startDatabase())
  const redis = plan.mode === 'bull' ? undo(await requiredRedis(home.folder)) : undefined
  const logFile = join(tmpdir(), `parley-faults-${process.pid}-${plan.mode}-${plan.processes}.log`)
  rmSync(logFile, { force: true })
  const hosts = undo(
    await startHostProcesses({
      root,
      home: home.folder,
      count: plan.processes,
      logFile,
      variables: {
        DATABASE_URL: database.url,
        PARLEY_DATA_DIR: home.dataDir,
        PARLEY_ADMIN_LOGIN: administrator.login,
        PARLEY_ADMIN_PASSWORD: administrator.password,
        ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
      },
    }),
  )
  await hosts.ready(startLimit).catch((error: unknown) => {
    throw new Error(`Parley did not start; its log is ${logFile}.`, { cause: error })
  })
  const addresses = await setUp(hosts.urls[0]!, sink.port)
  say(`${plan.name}: ${plan.seconds} s of load`)
  const breaking = breakThings({ plan, hosts, database, redisUrl: redis?.url, say })
  const load = await new Load({ plan, urls: hosts.urls, addresses }).run()
  const faults = await breaking
  const stuck: string[] = []
  const begun = performance.now()
  await quiet(database).catch(async () => void stuck.push(...(await database.stuck())))
  const quietAfter = (performance.now() - begun) / 1000
  const judged = judge({ conversations: load.conversations, stored: await database.messages(), ledger: await sink.ledger() })
  const violations = [
    ...stuck.map((line) => `not done after ${quietLimit / 1000} s: ${line}`),
    ...load.refused.map((line) => `a good message was refused: ${line}`),
    ...judged.violations,
  ]
  const messages = load.conversations.reduce((sum, { texts }) => sum + texts.length, 0)
  if (messages === 0) violations.push('no message was acknowledged at all')
  if (violations.length === 0) rmSync(logFile, { force: true })
  else say(`${plan.name}: ${violations.length} violations; the log of the processes is ${logFile}`)
  return {
    plan,
    messages,
    rate: messages / load.seconds,
    requests: load.requests,
    unanswered: load.unanswered,
    latency: load.latency,
    faults,
    restarts: hosts.starts - plan.processes,
    replies: judged.replies,
    repeated: judged.repeated,
    unknown: judged.unknown,
    quietAfter,
    violations,
  }
}

export const requiredRedis = async (folder: string) => {
  const server = await startRedisServer(folder)
  if (server !== undefined) return server
  throw new Error(
    'There is no Redis server. Install redis-server (Debian: apt-get install redis-server; macOS: brew install redis), or use --mode memory.',
  )
}

interface Breakable {
  readonly plan: Plan
  readonly hosts: HostProcesses
  readonly database: FaultsDatabase
  readonly redisUrl: string | undefined
  readonly say: (line: string) => void
}

const breakThings = async ({ plan, hosts, database, redisUrl, say }: Breakable): Promise<string[]> => {
  const random = new Random(plan.seed + 3)
  const begun = performance.now()
  const done: string[] = []
  const act: Record<Fault['kind'], () => string | Promise<string>> = {
    kill: () => {
      const index = Math.floor(random.next() * plan.processes)
      hosts.kill(index)
      return `SIGKILL of process ${index + 1}`
    },
    flush: async () => {
      const client = new Redis(redisUrl!)
      await client.flushall()
      client.disconnect()
      return 'FLUSHALL'
    },
    restart: () => {
      const how = random.one(['fast', 'immediate'] as const)
      database.restart(how)
      return `PostgreSQL restarted (${how})`
    },
  }
  for (const { kind, at } of faultsOf(plan)) {
    await delay(Math.max(0, begun + at - performance.now()))
    const line = `${((performance.now() - begun) / 1000).toFixed(1)} s: ${await act[kind]()}`
    done.push(line)
    say(`  ${line}`)
  }
  return done
}

/** Nothing waits, several times in a row: a turn may be between its item and its reply only in one commit, so one look would do. */
export const quiet = async (database: Pick<FaultsDatabase, 'waiting'>): Promise<void> => {
  const deadline = performance.now() + quietLimit
  for (let calm = 0; calm < 3;) {
    if (performance.now() > deadline) throw new Error('not quiet')
    const waiting = await database.waiting()
    calm = waiting?.items === 0 && waiting.deliveries === 0 ? calm + 1 : 0
    await delay(200)
  }
}
