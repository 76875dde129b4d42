import { randomUUID } from 'node:crypto'
import { isParleyError, ParleyError } from '@parley/plugin-api'
import { holderId, type StepResult } from '../../api/index.ts'
import type { BoundNode, CompiledNode } from '../compiled-scenario.ts'
import { unknownOutcome } from './outside-calls.ts'
import type { Run } from './run.ts'
import { rememberLeft } from './session.ts'
import { Step, type StepStart } from './step.ts'

const errorOutput = 'error'

/** Errors that say nothing about the step: the item is tried again as a whole. */
const isPassing = (error: unknown): boolean =>
  isParleyError(error, 'stale_write') || isParleyError(error, 'database_unavailable') || isParleyError(error, 'migrations_pending')

/** Runs nodes one after another until one waits, the run ends, or it goes round in circles. */
export class Walk {
  readonly #run: Run
  #steps: number

  constructor(run: Run, steps = 0) {
    this.#run = run
    this.#steps = steps
  }

  async from(start: StepStart | undefined): Promise<void> {
    let next = start
    while (next !== undefined) {
      this.#run.turn.signal.throwIfAborted()
      if (++this.#steps > this.#run.tools.config.maxSteps)
        return this.stop(next.node, `${this.#run.tools.config.maxSteps} steps without waiting for anything: the scenario goes round in circles`)
      next = await this.#step(next)
    }
  }

  /** Ends the run and says why in its history. */
  stop(node: CompiledNode, reason: string): void {
    const { tools, conversation, session } = this.#run
    tools.log.warn('A scenario run was stopped', {
      conversation: conversation.id,
      bot: conversation.botId,
      version: session.versionId,
      node: node.id,
      reason,
    })
    this.#run.note(node.name, `stopped: ${reason}`)
    this.#end()
  }

  async #step(start: StepStart): Promise<StepStart | undefined> {
    const run = this.#run
    const { node } = start
    const { state } = run.session
    if (start.wake === undefined && start.calls === undefined) state.memory = undefined
    state.waiting = undefined
    run.session.node = node.id
    run.touch()
    if (!run.tools.catalogue.isContributed(node.calls)) {
      try {
        await run.askSources()
      } catch (error) {
        if (isPassing(error)) throw error
        return this.#failed(node, error)
      }
    }
    const bound = node.bind(run.tools.catalogue)
    if (bound === undefined) return this.#failed(node, new ParleyError('plugin_unavailable', `The node "${node.type}" does not run now.`))
    if (!run.turn.stored && bound.kind.quick !== true)
      throw new ParleyError('stale_write', 'What this step does has to wait until the message is stored.')
    const step = new Step(run, start, this.#steps)
    try {
      // lines of other plugins must come after what the bot has said
      if (bound.kind.category !== 'messaging') await run.flushReplies()
      const outcome = this.#result(bound, step, start)
      const result = 'then' in outcome ? await outcome : outcome
      // what it set and said went nowhere, as if it had been done before
      if (step.unfinished) throw unknownOutcome()
      if ('wait' in result) {
        const timer = this.#wait(step, result.wait)
        if (timer !== undefined) await timer
        return undefined
      }
      if (step.usedWaitId !== undefined) rememberLeft(state, step.usedWaitId, node.id)
      state.memory = undefined
      return 'goto' in result ? await this.#goto(result.goto) : this.#follow(bound, node, result)
    } catch (error) {
      if (run.lost || run.turn.signal.aborted || isPassing(error)) throw error
      return this.#failed(node, error)
    }
  }

  #result({ kind, parameters }: BoundNode, step: Step, { wake }: StepStart): StepResult | Promise<StepResult> {
    const given = parameters.resolve((text) => step.values(text))
    if (wake === undefined) return kind.run(step, given)
    if (kind.wake !== undefined) return kind.wake(step, given, wake)
    return { output: wake.by === 'resume' ? wake.outcome : wake.by }
  }

  #follow(
    { kind, parameters }: BoundNode,
    node: CompiledNode,
    result: Exclude<StepResult, { wait: unknown } | { goto: unknown }>,
  ): StepStart | undefined {
    if ('end' in result) {
      this.#run.session.state.branches = undefined
      return this.#end()
    }
    const outputs = 'outputs' in result ? result.outputs : [result.output]
    const known = (): readonly string[] => kind.outputs(parameters.parsed ?? node.parameters)
    const nodes = outputs.map((output) => node.follow(output, known)).filter((next) => next !== undefined)
    const [first, ...others] = nodes
    const { state } = this.#run.session
    if (others.length > 0) state.branches = [...others.map(({ id }) => id), ...(state.branches ?? [])]
    return first === undefined ? this.#branchEnd() : { node: first }
  }

  async #goto(alias: string): Promise<StepStart> {
    const run = this.#run
    const newest = await run.newest()
    const scenario = newest?.entry(alias) === undefined ? run.scenario : newest
    const node = scenario.entry(alias)
    if (node === undefined) throw new ParleyError('not_found', `There is no entry point with the alias "${alias}".`)
    run.session.state.branches = undefined
    run.session.state.parked = undefined
    run.use(scenario)
    return { node }
  }

  /** Stands at the step. Where the wait has a limit, resolves when the timer is in the batch. */
  #wait(step: Step, wait: Extract<StepResult, { wait: unknown }>['wait']): Promise<void> | undefined {
    const { session, conversation, tools, batch } = this.#run
    const timer = wait.timeout === undefined ? undefined : randomUUID()
    session.state.waiting = { for: wait.for, id: step.waitId, ...(timer === undefined ? {} : { timer }) }
    // a wait takes over from the one a side path came upon
    session.state.parked = undefined
    if (timer === undefined || wait.timeout === undefined) return undefined
    const dueAt = new Date(tools.clock.now().getTime() + wait.timeout)
    return tools.inbox.post(
      conversation.id,
      { holder: holderId, type: 'timeout', data: { timer } },
      { within: batch, dueAt, key: `timeout:${timer}` },
    )
  }

  /** A branch is over: the next one of a router runs, or the run ends. */
  #branchEnd(): StepStart | undefined {
    const { state } = this.#run.session
    while (state.branches !== undefined && state.branches.length > 0) {
      const id = state.branches.shift() ?? ''
      if (state.branches.length === 0) state.branches = undefined
      const node = this.#run.scenario.node(id)
      if (node !== undefined) return { node }
    }
    return this.#end()
  }

  #end(): undefined {
    const { session } = this.#run
    const { parked } = session.state
    session.state.waiting = undefined
    session.state.memory = undefined
    session.state.branches = undefined
    session.state.parked = undefined
    session.node = parked?.node
    if (parked === undefined) return undefined
    session.state.waiting = parked.waiting
    if (parked.memory !== undefined) session.state.memory = parked.memory
    return undefined
  }

  #failed(node: CompiledNode, error: unknown): StepStart | undefined {
    const run = this.#run
    const reason = reasonOf(error)
    const message = error instanceof Error ? error.message : String(error)
    run.set('error_reason', reason)
    run.set('error_message', message)
    const next = node.next.get(errorOutput)
    run.tools.log.warn('A step of a scenario failed', {
      conversation: run.conversation.id,
      bot: run.conversation.botId,
      node: node.id,
      type: node.type,
      reason,
      error,
    })
    if (next !== undefined) return { node: next }
    this.stop(node, message)
    return undefined
  }
}

/** One word for conditions: `unknown`, `refused`, `blocked` of a call; the code of any other error. */
const reasonOf = (error: unknown): string => {
  if (!isParleyError(error)) return 'internal'
  const { reason } = error.details ?? {}
  return typeof reason === 'string' ? reason : error.code.replace(/^outbound_/, '')
}
