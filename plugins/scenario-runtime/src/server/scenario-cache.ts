import type { Bots } from '@parley/plugin-conversations/api'
import { CompiledScenario, type ScenarioOwner } from './compiled-scenario.ts'
import type { ScenarioDocument } from './document/scenario-document.ts'
import type { ScenarioStore } from './stores/scenario-store.ts'

export interface ScenarioCacheOptions {
  readonly scenarioStore: ScenarioStore
  readonly bots: Bots
  readonly config: { readonly cachedVersions: number }
}

/** Compiled versions by id. A version never changes, so nothing has to be told; the least recently used make room. */
export class ScenarioCache {
  readonly #store: ScenarioStore
  readonly #bots: Bots
  readonly #limit: number
  readonly #compiled = new Map<string, Promise<CompiledScenario | undefined>>()
  /** The same once loaded, so that a turn that finds it does not wait. */
  readonly #ready = new Map<string, CompiledScenario>()

  constructor({ scenarioStore, bots, config }: ScenarioCacheOptions) {
    this.#store = scenarioStore
    this.#bots = bots
    this.#limit = config.cachedVersions
  }

  /** `undefined` when the version is gone, with its bot. */
  get(versionId: string): CompiledScenario | Promise<CompiledScenario | undefined> {
    const ready = this.#ready.get(versionId)
    if (ready !== undefined) {
      this.#ready.delete(versionId)
      this.#ready.set(versionId, ready)
      return ready
    }
    const known = this.#compiled.get(versionId)
    if (known !== undefined) return known
    const loading = this.#load(versionId).finally(() => this.#compiled.delete(versionId))
    this.#compiled.set(versionId, loading)
    return loading
  }

  async #load(versionId: string): Promise<CompiledScenario | undefined> {
    const version = await this.#store.version(versionId)
    if (version === undefined) return undefined
    const bot = await this.#bots.get(version.botId)
    const owner: ScenarioOwner = { id: version.botId, number: bot?.number ?? 0, language: bot?.language ?? 'en' }
    const compiled = new CompiledScenario(versionId, JSON.parse(version.document) as ScenarioDocument, owner)
    for (const oldest of this.#ready.keys()) {
      if (this.#ready.size < this.#limit) break
      this.#ready.delete(oldest)
    }
    this.#ready.set(versionId, compiled)
    return compiled
  }
}
