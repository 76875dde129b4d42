import { Gatherer, type Clock, type PluginDatabase, type Transaction } from '@parley/plugin-api'
import type { ScenarioAction, ScenarioActionSource, StepContext, StepResult } from '@parley/plugin-scenario-runtime/api'
import { outcomesOf, parametersSchema, readConfig, type ActionConfig } from './action-config.ts'
import { answerOf } from './action-request.ts'
import { failureOf, type ActionRunner } from './action-runner.ts'
import { ActionStore, type StoredAction } from './action-store.ts'
import { typedValues } from './parameter-values.ts'
import type { RunLog } from './run-log.ts'
import { maskOf, secretsIn } from './secrets.ts'

interface Dependencies {
  readonly db: PluginDatabase
  readonly actionStore: ActionStore
  readonly actionRunner: ActionRunner
  readonly runLog: RunLog
  readonly clock: Clock
}

interface Known {
  readonly version: number
  readonly action: ScenarioAction | undefined
}

/**
 * The rows as actions of scenarios. Each step, check and list asks for the revision, one short read for all that ask at once; only what changed is read
 * anew. So a saved action is live with the next step in every process, and none can miss a message about it.
 */
export class CustomActions implements ScenarioActionSource {
  readonly #deps: Dependencies
  readonly #asking: Gatherer<void, ReadonlyMap<string, ScenarioAction>>
  #known: ReadonlyMap<string, Known> = new Map()
  #actions: ReadonlyMap<string, ScenarioAction> = new Map()
  #revision: string | undefined

  constructor({ db, actionStore, actionRunner, runLog, clock }: Dependencies) {
    this.#deps = { db, actionStore, actionRunner, runLog, clock }
    this.#asking = new Gatherer({
      run: async (asked) => {
        const actions = await this.#newest()
        return asked.map(() => actions)
      },
      parallel: 1,
      limit: 10_000,
      repeats: () => false,
    })
  }

  async actions({ within }: { readonly within?: Transaction } = {}): Promise<ReadonlyMap<string, ScenarioAction>> {
    if (within === undefined) return await this.#asking.add()
    const seen = await new ActionStore({ db: this.#deps.db.within(within) }).all()
    return byId(seen.map((action) => this.#made(action)))
  }

  async #newest(): Promise<ReadonlyMap<string, ScenarioAction>> {
    const { actionStore } = this.#deps
    const revision = await actionStore.revision()
    if (revision === this.#revision) return this.#actions
    const before = this.#known
    const rows = await actionStore.changed(new Map([...before].map(([id, { version }]) => [id, version])))
    this.#known = new Map(
      rows.map(({ id, version, action }) => [id, action === undefined ? before.get(id)! : { version, action: this.#made(action) }]),
    )
    this.#actions = byId([...this.#known.values()].map(({ action }) => action))
    this.#revision = revision
    return this.#actions
  }

  /** `undefined` for one whose config cannot be read; it could not be saved so. */
  #made(stored: StoredAction): ScenarioAction | undefined {
    const { id, name, group, description } = stored
    const { config } = readConfig(stored.config)
    if (config === undefined) return undefined
    return {
      ...{ id, title: name, group, description },
      parameters: parametersSchema(config),
      outcomes: outcomesOf(config),
      run: (context, values: Readonly<Record<string, unknown>>) => this.#run(context, stored, config, values),
    }
  }

  async #run(context: StepContext, stored: StoredAction, config: ActionConfig, values: Readonly<Record<string, unknown>>): Promise<StepResult> {
    const { actionRunner, runLog, clock } = this.#deps
    const { id, version, code } = stored
    const begun = clock.now()
    const run = { actionId: id, version, conversationId: context.conversation.id, at: begun }
    const mask = maskOf(secretsIn(values, (text) => context.fill(text)))
    try {
      const { event, changes, log, duration } = await actionRunner.run(
        { id, code, config },
        {
          state: context.state,
          parameters: typedValues(config, context, values),
          request: async ({ url, options }, signal) => answerOf(await context.call(url, { ...options, signal })),
          signal: context.signal,
        },
      )
      for (const [key, value] of changes) context.set(key, value)
      if (log.length > 0) await runLog.add({ ...run, event, failure: undefined, log: mask(log), duration }, context.batch)
      return { output: event }
    } catch (error) {
      if (!context.signal.aborted) {
        const { log, ...failure } = mask(failureOf(error, code))
        const duration = clock.now().getTime() - begun.getTime()
        await runLog.add({ ...run, event: undefined, failure, log, duration }, context.batch)
      }
      throw error
    }
  }
}

const byId = (actions: readonly (ScenarioAction | undefined)[]): ReadonlyMap<string, ScenarioAction> =>
  new Map(actions.flatMap((action) => (action === undefined ? [] : [[action.id, action] as const])))
