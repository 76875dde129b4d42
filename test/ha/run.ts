import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { evidenceOf } from '../faults/database.ts'
import { startHostProcesses } from '../faults/host-processes.ts'
import { createHome, deliveryTimeout } from '../faults/installation.ts'
import { judge } from '../faults/judge.ts'
import { Load } from '../faults/load.ts'
import { quiet } from '../faults/run.ts'
import { administrator, setUp } from '../faults/set-up.ts'
import { startSink } from '../faults/sink.ts'

export interface Arrangement {
  /** Of the processes of Parley. */
  readonly variables: Readonly<Record<string, string>>
  /** Where what was stored is read in the end. */
  readonly evidenceUrl: string
  /** What happens while messages come in; the load goes on until it is over, and a little longer. */
  readonly meanwhile: () => Promise<void>
}

export interface ArrangementResult {
  readonly messages: number
  readonly replies: number
  /** Starts of processes of Parley beyond the first ones. */
  readonly restarts: number
  readonly violations: readonly string[]
}

const plan = { seconds: 0, rate: 30, conversations: 60, seed: 7 }
const processes = 2
const startLimit = 120_000
const before = 2_000
const after = 4_000

/** Two processes of Parley on these servers, loaded while something happens to the servers; then everything is compared. */
export const runArrangement = async (root: string, { variables, evidenceUrl, meanwhile }: Arrangement): Promise<ArrangementResult> => {
  const cleanup: (() => unknown)[] = []
  try {
    const sink = await startSink(root, { rough: false, seed: plan.seed, patience: 2 * deliveryTimeout * 1000 })
    cleanup.push(() => sink.stop())
    const home = await createHome(root, sink.port)
    cleanup.push(() => home.remove())
    const logFile = join(tmpdir(), `parley-ha-${process.pid}.log`)
    rmSync(logFile, { force: true })
    const hosts = await startHostProcesses({
      root,
      home: home.folder,
      count: processes,
      logFile,
      variables: {
        ...variables,
        PARLEY_DATA_DIR: home.dataDir,
        PARLEY_ADMIN_LOGIN: administrator.login,
        PARLEY_ADMIN_PASSWORD: administrator.password,
      },
    })
    cleanup.push(() => hosts.stop())
    await hosts.ready(startLimit).catch((error: unknown) => {
      throw new Error(`Parley did not start; its log is ${logFile}.`, { cause: error })
    })
    const addresses = await setUp(hosts.urls[0]!, sink.port)
    const evidence = evidenceOf(evidenceUrl)
    cleanup.push(() => evidence.end())
    let running = true
    cleanup.push(() => (running = false))
    const loading = new Load({ plan, urls: hosts.urls, addresses, running: () => running }).run()
    await delay(before)
    await meanwhile()
    await delay(after)
    running = false
    const load = await loading
    const stuck: string[] = []
    await quiet(evidence).catch(async () => void stuck.push(...(await evidence.stuck())))
    const judged = judge({ conversations: load.conversations, stored: await evidence.messages(), ledger: await sink.ledger() })
    const violations = [
      ...stuck.map((line) => `not done: ${line}`),
      ...load.refused.map((line) => `a good message was refused: ${line}`),
      ...judged.violations,
    ]
    if (violations.length === 0) rmSync(logFile, { force: true })
    return {
      messages: load.conversations.reduce((sum, { texts }) => sum + texts.length, 0),
      replies: judged.replies,
      restarts: hosts.starts - processes,
      violations,
    }
  } finally {
    for (const step of cleanup.toReversed()) await step()
  }
}
