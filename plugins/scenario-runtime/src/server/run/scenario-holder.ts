import type { ConversationHolder, Turn } from '@parley/plugin-conversations/api'
import type { SettingsStore } from '@parley/plugin-api'
import type { CompiledScenario } from '../compiled-scenario.ts'
import { instanceSettings } from '../instance-settings.ts'
import type { ActiveRuns } from './active-runs.ts'
import { Beginning } from './beginning.ts'
import { Run } from './run.ts'
import type { RunTools } from './run-tools.ts'
import type { Session } from './session.ts'
import { Walk } from './walk.ts'

/** Has the conversations of bots: one turn loads the session, walks the scenario until it waits, and commits everything together. */
export class ScenarioHolder implements ConversationHolder {
  readonly early = true
  readonly #tools: RunTools
  readonly #settings: SettingsStore
  readonly #activeRuns: ActiveRuns

  constructor({ runTools, settings, activeRuns }: { runTools: RunTools; settings: SettingsStore; activeRuns: ActiveRuns }) {
    this.#tools = runTools
    this.#settings = settings
    this.#activeRuns = activeRuns
  }

  async handle(turn: Turn): Promise<void> {
    const { conversation } = turn
    const { sessionMemory, sessionStore } = this.#tools
    const remembered = sessionMemory.take(conversation.id)
    const known = turn.continues ? remembered : undefined
    const loaded = known === undefined ? await sessionStore.load(conversation.botId, conversation.id) : undefined
    const session = known ?? loaded?.session
    const version = session && this.#tools.scenarioCache.get(session.versionId)
    const own = version instanceof Promise ? await version : version
    const newest = async (): Promise<string | undefined> => (loaded === undefined ? await sessionStore.published(conversation.botId) : loaded.newest)
    const scenario = own ?? (await this.#compiled(await newest()))
    if (scenario === undefined || session?.state.item === turn.item.id) {
      if (scenario === undefined) this.#tools.log.debug('The bot has no published scenario', { bot: conversation.botId })
      return await turn.finish(turn.batch())
    }
    const run = new Run({
      tools: this.#tools,
      turn,
      session: usable(session, own, scenario),
      scenario,
      newest,
      instanceSettings: () => this.#instanceSettings(),
    })
    if (scenario.usesInstanceSettings) await run.loadInstanceSettings()
    // what was remembered is held against what is stored
    if (known !== undefined) run.touch()
    const end = this.#activeRuns.begin(run)
    try {
      const beginning = new Beginning(run)
      const interrupted = beginning.interrupted()
      const start = interrupted?.start ?? beginning.of(turn.item)
      await new Walk(run, interrupted?.steps).from(start instanceof Promise ? await start : start)
      await run.finish()
    } finally {
      end()
    }
  }

  async #compiled(versionId: string | undefined): Promise<CompiledScenario | undefined> {
    return versionId === undefined ? undefined : await this.#tools.scenarioCache.get(versionId)
  }

  async #instanceSettings(): Promise<Readonly<Record<string, unknown>>> {
    const { values } = await this.#settings.get(instanceSettings)
    return values
  }
}

/** A session whose version is gone keeps what it knows and stands nowhere. */
const usable = (session: Session | undefined, own: CompiledScenario | undefined, scenario: CompiledScenario): Session => {
  if (session !== undefined && own !== undefined) return session
  return {
    versionId: scenario.versionId,
    node: undefined,
    state: { const: session?.state.const ?? {} },
    history: session?.history ?? '',
    version: session?.version ?? 0,
  }
}
