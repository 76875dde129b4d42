import { contentToText, type Turn } from '@parley/plugin-conversations/api'
import { holderId, type Wake } from '../../api/index.ts'
import type { CompiledNode } from '../compiled-scenario.ts'
import { readCommand, type RunCommand } from './commands.ts'
import type { Run } from './run.ts'
import type { StepStart } from './step.ts'

type MessageItem = Extract<Turn['item'], { type: 'message' }>
type Start = StepStart | undefined

/** `/start` as a text, for channels that have no start of their own. */
const startCommand = /^\/start(?:\s+(\S{1,200}))?\s*$/

const startOf = ({ start, message }: MessageItem): string | undefined => {
  if (start !== undefined) return start
  if (message.content.kind !== 'text') return undefined
  const found = startCommand.exec(message.content.text)
  return found === null ? undefined : (found[1] ?? '')
}

/** Finds the step an item of the lane leads to. */
export class Beginning {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  /** The step that was under way when the process died in this very item. */
  interrupted(): { start: StepStart; steps: number } | undefined {
    const { session, scenario, turn } = this.#run
    const { interrupted } = session.state
    if (interrupted === undefined || interrupted.item !== turn.item.id) return undefined
    const node = scenario.node(interrupted.node)
    if (node === undefined) return undefined
    const { calls, waitId, wake, steps } = interrupted
    return { start: { node, calls, waitId, ...(wake === undefined ? {} : { wake }) }, steps: steps - 1 }
  }

  of(item: Turn['item']): Start | Promise<Start> {
    return item.type === 'message' ? this.#message(item) : this.#command(readCommand(item.command))
  }

  #message(item: MessageItem): Start | Promise<Start> {
    const run = this.#run
    const { content, author } = item.message
    const text = contentToText(content)
    run.setAll(item.params)
    run.set('user_input', text)
    if (author.name !== undefined) run.set('user_name', author.name)
    const { state } = run.session
    const start = startOf(item)
    if (start !== undefined) return this.#restart(start)
    const standing = run.session.node === undefined ? undefined : run.scenario.node(run.session.node)
    if (standing === undefined || state.waiting === undefined) return this.#restart(undefined)
    run.note(standing.name, `“${text}”`)
    // what is said while another system has the word is kept in user_input and moves nothing
    if (state.waiting.for === 'resume') return undefined
    return this.#woken(standing, { by: 'input', content: { ...content, text } })
  }

  async #command(command: RunCommand | undefined): Promise<StepStart | undefined> {
    const { state } = this.#run.session
    switch (command?.type) {
      case 'timeout':
        return state.waiting?.timer === command.timer ? this.#woken(this.#standing(), { by: 'timeout' }) : undefined
      case 'resume': {
        if (state.waiting?.id !== command.waitId) return undefined
        this.#run.setAll(command.data)
        return this.#woken(this.#standing(), { by: 'resume', outcome: command.outcome, data: command.data })
      }
      case 'leave':
        return this.#late(command)
      case 'goto':
        return await this.#goto(command)
      default:
        return undefined
    }
  }

  #standing(): CompiledNode | undefined {
    const { session, scenario } = this.#run
    return session.node === undefined ? undefined : scenario.node(session.node)
  }

  #woken(node: CompiledNode | undefined, wake: Wake): StepStart | undefined {
    const waitId = this.#run.session.state.waiting?.id
    return node && { node, wake, ...(waitId === undefined ? {} : { waitId }) }
  }

  /** A new start takes the newest version, and the entry point a deep link names when there is one. */
  async #restart(parameter: string | undefined): Promise<StepStart | undefined> {
    const run = this.#run
    await this.#newest()
    this.#leaveEverything()
    if (parameter !== undefined) run.set('start_param', parameter)
    const node = (parameter ? run.scenario.entry(parameter) : undefined) ?? run.scenario.start
    return node && { node }
  }

  async #goto(command: Extract<RunCommand, { type: 'goto' }>): Promise<StepStart | undefined> {
    const run = this.#run
    await this.#newest()
    const node = command.alias === undefined ? run.scenario.node(command.node ?? '') : run.scenario.entry(command.alias)
    if (node === undefined) {
      run.tools.log.warn('A jump leads to nothing', { bot: run.conversation.botId, alias: command.alias, node: command.node })
      run.note('', `stopped: there is no entry point "${command.alias ?? command.node ?? ''}"`)
    } else {
      this.#leaveEverything()
    }
    run.setAll(command.data)
    if (command.hold && run.conversation.holder !== holderId) await run.tools.conversations.hold(run.conversation.id, holderId, { within: run.batch })
    run.touch()
    return node && { node }
  }

  /** The run goes along an output it has passed; the wait it is in comes back when that path ends. */
  #late({ waitId, outcome, data }: Extract<RunCommand, { type: 'leave' }>): StepStart | undefined {
    const { session, scenario } = this.#run
    const { state } = session
    if (state.waiting?.id === waitId) return this.#woken(this.#standing(), { by: 'resume', outcome, data })
    const left = state.left?.find((step) => step.id === waitId)
    const next = left && scenario.node(left.node)?.next.get(outcome)
    if (next === undefined) return undefined
    this.#run.setAll(data)
    if (state.waiting !== undefined && session.node !== undefined)
      state.parked = { node: session.node, waiting: state.waiting, ...(state.memory === undefined ? {} : { memory: state.memory }) }
    return { node: next }
  }

  async #newest(): Promise<void> {
    const scenario = await this.#run.newest()
    if (scenario !== undefined) this.#run.use(scenario)
  }

  #leaveEverything(): void {
    const { session } = this.#run
    session.node = undefined
    for (const key of ['waiting', 'memory', 'branches', 'parked', 'left'] as const) session.state[key] = undefined
    this.#run.touch()
  }
}
