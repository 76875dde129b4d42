import type { Clock, PluginDatabase, Queue, SettingsStore, Transaction } from '@parley/plugin-api'
import { chooseOperator, type Candidate, type Verdict } from './choose-operator.ts'
import type { Connection } from './connection.ts'
import type { Decision, DecisionStore } from './decision-store.ts'
import type { DirectoryStore } from './directory-store.ts'
import type { OperatorStore } from './operator-store.ts'
import { distributionSettings, type DistributionSettings } from './settings.ts'
import type { WaitingRequest, WaitingStore } from './waiting-store.ts'

/** Requests looked at in one pass; a longer queue is worked off in further passes. */
const pageSize = 200
const passLimit = 1000

interface Dependencies {
  db: PluginDatabase
  clock: Clock
  queue: Queue
  settings: SettingsStore
  operatorStore: OperatorStore
  waitingStore: WaitingStore
  decisionStore: DecisionStore
  directoryStore: DirectoryStore
  connection: Connection
}

interface Pass {
  readonly decisions: Decision[]
  readonly assigned: { request: WaitingRequest; operator: Candidate }[]
  readonly turnedAway: WaitingRequest[]
  readonly waiting: WaitingRequest[]
}

/**
 * Gives waiting requests to free operators: oldest first, nobody above the limit, every decision written down with its reasons. One pass is one
 * transaction under one advisory lock, so any number of processes may start passes at any time.
 */
export class Distributor {
  readonly #d: Dependencies

  constructor(dependencies: Dependencies) {
    this.#d = dependencies
  }

  /** Asks for a pass: after a new request, a closed dialog, a change of status, limits or skills. */
  async wake(): Promise<void> {
    await this.#d.queue.add('distribute', {}, { key: 'distribute' })
  }

  /** Runs passes until nothing more can be given away. Answers how many requests found an operator. */
  async run(signal?: AbortSignal): Promise<number> {
    let total = 0
    for (;;) {
      const settings = await this.#d.settings.get(distributionSettings)
      const { assigned, more } = await this.#d.db.transaction((tx) => this.#pass(settings, tx))
      total += assigned
      if (!more || signal?.aborted) return total
    }
  }

  async #pass(settings: DistributionSettings, tx: Transaction): Promise<{ assigned: number; more: boolean }> {
    const { clock, operatorStore, waitingStore, decisionStore, directoryStore, connection } = this.#d
    await tx.query(`SELECT pg_advisory_xact_lock(hashtext('operator-panel.distribution'))`)
    const started = performance.now()
    const candidates = await operatorStore.candidates(settings.defaultMaxDialogs, tx)
    const groupedTopics = await directoryStore.groupedTopics(tx)
    const pass: Pass = { decisions: [], assigned: [], turnedAway: [], waiting: [] }
    const decide = (request: WaitingRequest): void => {
      const { chosen, verdicts } = chooseOperator(request, candidates, settings.method, groupedTopics)
      const at = clock.now().getTime()
      if (chosen !== undefined) {
        chosen.dialogs += 1
        chosen.byChannel.set(request.channel, (chosen.byChannel.get(request.channel) ?? 0) + 1)
        chosen.lastAssignedAt = at
        pass.assigned.push({ request, operator: chosen })
      } else if (!request.mayWait) pass.turnedAway.push(request)
      else pass.waiting.push(request)
      record(pass, request, chosen, verdicts, settings, performance.now() - started)
    }

    let last: WaitingRequest | undefined
    let more = false
    while (candidates.some(hasRoom)) {
      const page = await waitingStore.page(last, pageSize, tx)
      page.forEach(decide)
      last = page.at(-1)
      if (page.length < pageSize) break
      more = pass.assigned.length + pass.turnedAway.length >= passLimit
      if (more) break
    }
    if (!candidates.some(hasRoom)) {
      const seen = new Set(pass.decisions.map((decision) => decision.requestId))
      const rest = await waitingStore.impatient(pageSize, tx)
      rest.filter((request) => !seen.has(request.id)).forEach(decide)
      more ||= rest.length === pageSize
      const unexplained = await waitingStore.page(undefined, pageSize, tx)
      unexplained.filter((request) => !seen.has(request.id) && !request.explained && request.mayWait).forEach(decide)
    }

    const at = clock.now()
    if (pass.assigned.length > 0) {
      await waitingStore.assign(
        pass.assigned.map(({ request, operator }) => ({ requestId: request.id, userId: operator.userId })),
        at,
        tx,
      )
      await operatorStore.assignedDialogs([...new Set(pass.assigned.map(({ operator }) => operator.userId))], at, tx)
      for (const { request, operator } of pass.assigned) await connection.connected(request, { id: operator.userId, name: operator.name }, 'auto', tx)
    }
    if (pass.turnedAway.length > 0) {
      await waitingStore.turnAway(
        pass.turnedAway.map((request) => request.id),
        at,
        tx,
      )
      for (const request of pass.turnedAway) await connection.turnedAway(request, tx)
    }
    const unexplained = pass.waiting.filter((request) => !request.explained).map((request) => request.id)
    if (unexplained.length > 0) await waitingStore.explained(unexplained, at, tx)
    await decisionStore.add(pass.decisions, at, tx)
    return { assigned: pass.assigned.length, more }
  }
}

const hasRoom = (candidate: Candidate): boolean => candidate.active && candidate.canReceive && candidate.dialogs < candidate.maxDialogs

/** A request that still waits is explained once for each time it entered the queue, not at every pass. */
const record = (
  pass: Pass,
  request: WaitingRequest,
  chosen: Candidate | undefined,
  candidates: readonly Verdict[],
  settings: DistributionSettings,
  durationMs: number,
): void => {
  const outcome = chosen !== undefined ? 'assigned' : request.mayWait ? 'waits' : 'limit'
  if (outcome === 'waits' && request.explained) return
  pass.decisions.push({ requestId: request.id, outcome, assigneeId: chosen?.userId, method: settings.method, candidates, durationMs })
}
