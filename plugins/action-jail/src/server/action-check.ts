import { isUserCodeError, ParleyError, type Points, type Runner } from '@parley/plugin-api'
import { scenarioActions, scenarioNodes } from '@parley/plugin-scenario-runtime/api'
import type { ActionDocument, ActionProblem } from '../api/index.ts'
import { formOf, readConfig } from './action-config.ts'
import { actionId } from './action-document.ts'
import { linesOf, lookCode } from './user-source.ts'

interface Look {
  readonly kind: 'none' | 'function'
  readonly name?: string
}

export interface CheckedAction {
  /** Errors first. */
  readonly problems: readonly ActionProblem[]
  /** What an editor draws; nothing where the config cannot be read. */
  readonly form: ReturnType<typeof formOf> | undefined
}

/** Milliseconds the outermost lines of a module may take. */
const loadLimit = 1000

const ofCode = (level: ActionProblem['level'], code: string, message: string, more: Partial<ActionProblem> = {}): ActionProblem => ({
  ...{ level, part: 'code', code, message },
  ...more,
})

/** Finds everything that is wrong with an action, at once, without running it. */
export class ActionCheck {
  readonly #points: Points
  readonly #runner: Runner

  constructor({ points, runner }: { points: Points; runner: Runner }) {
    this.#points = points
    this.#runner = runner
  }

  async check(id: string, { code, config: given }: Pick<ActionDocument, 'code' | 'config'>): Promise<CheckedAction> {
    const { config, problems } = readConfig(given)
    const all = [...this.#ofId(id), ...(await this.#ofCode(id, code)), ...problems]
    return {
      problems: [...all.filter(({ level }) => level === 'error'), ...all.filter(({ level }) => level === 'warning')],
      form: config && formOf(config),
    }
  }

  async refuseErrors(id: string, document: Pick<ActionDocument, 'code' | 'config'>): Promise<void> {
    const errors = (await this.check(id, document)).problems.filter(({ level }) => level === 'error')
    const [first] = errors
    if (first === undefined) return
    const place = first.line === undefined ? (first.path ?? '') : `line ${first.line}`
    const more = errors.length === 1 ? '' : ` And ${errors.length - 1} more.`
    throw new ParleyError('unprocessable', `The action cannot run, so it was not saved. ${place === '' ? '' : `${place}: `}${first.message}${more}`, {
      details: { problems: errors },
    })
  }

  #ofId(id: string): ActionProblem[] {
    const of = { level: 'error', part: 'information' } as const
    if (!actionId.safeParse(id).success)
      return [
        { ...of, code: 'id_wrong', message: `"${id}" is no possible id: "action_", then Latin letters, digits and _, at most 64.`, values: { id } },
      ]
    const names = [id, id.slice('action_'.length)]
    const taken = names.some((name) => this.#points.get(scenarioActions).has(name) || this.#points.get(scenarioNodes).has(name))
    return taken ? [{ ...of, code: 'id_taken', message: `"${id}" is the name of a built-in action. Choose another id.`, values: { id } }] : []
  }

  async #ofCode(id: string, code: string): Promise<ActionProblem[]> {
    if (code.trim() === '') return [ofCode('error', 'code_missing', 'There is no code yet.')]
    if (!actionId.safeParse(id).success) return []
    try {
      const { value } = await this.#runner.run({ ...lookCode(id, code), input: { id }, timeLimit: loadLimit })
      const look = value as unknown as Look
      if (look.kind === 'none')
        return [ofCode('error', 'code_not_exported', `The code exports no function "${id}". End it with: module.exports = ${id}`, { values: { id } })]
      if (look.name === '' || look.name === id) return []
      return [
        ofCode('warning', 'code_other_name', `The function is called "${look.name}", the action "${id}".`, { values: { id, name: look.name ?? '' } }),
      ]
    } catch (error) {
      if (!isUserCodeError(error)) throw error
      const { reason, message, line, column } = error
      if (reason === 'no_runner' || reason === 'busy' || reason === 'lost')
        return [ofCode('warning', 'code_unchecked', `The code could not be checked now: ${message}`, { values: { reason: message } })]
      const place = { ...(line === undefined ? {} : { line: Math.min(line, linesOf(code)) }), ...(column === undefined ? {} : { column }) }
      if (reason === 'syntax' && /^\s*export\s/m.test(code))
        return [ofCode('error', 'code_export', 'Modules with "export" are not run. Write: module.exports = …', { ...place, values: { id } })]
      return [ofCode('error', reason === 'syntax' ? 'code_syntax' : 'code_throws', message, { ...place, values: { reason: message } })]
    }
  }
}
