import type { Points } from '@parley/plugin-api'
import type { Conversations } from '@parley/plugin-conversations/api'
import { scenarioTriggers, type ScenarioTrigger, type ScenarioTriggerRuns } from '../api/index.ts'
import type { CompiledNode } from './compiled-scenario.ts'
import type { Runs } from './runs.ts'
import type { ScenarioCache } from './scenario-cache.ts'
import type { ScenarioStore } from './stores/scenario-store.ts'

interface Dependencies {
  readonly points: Points
  readonly conversations: Conversations
  readonly runs: Runs
  readonly scenarioStore: ScenarioStore
  readonly scenarioCache: ScenarioCache
}

interface TriggerDocument {
  readonly type?: unknown
  readonly filter?: unknown
}

const wants = (node: CompiledNode, type: string, trigger: ScenarioTrigger, payload: unknown): boolean => {
  const { triggers } = node.parameters
  if (!Array.isArray(triggers)) return false
  return (triggers as TriggerDocument[]).some((declared) => {
    if (declared.type !== type) return false
    const filter = trigger.filter['~standard'].validate(declared.filter ?? {}) as { value?: unknown; issues?: unknown }
    return filter.issues === undefined && trigger.matches(payload, filter.value)
  })
}

/** Starts the sections whose Start waits for an event. */
export class TriggerRuns implements ScenarioTriggerRuns {
  readonly #deps: Dependencies

  constructor({ points, conversations, runs, scenarioStore, scenarioCache }: Dependencies) {
    this.#deps = { points, conversations, runs, scenarioStore, scenarioCache }
  }

  async fire(type: string, payload: unknown, { key }: { key: string }): Promise<number> {
    const { points, conversations, runs, scenarioStore, scenarioCache } = this.#deps
    const trigger = points.get(scenarioTriggers).get(type)
    if (trigger === undefined) return 0
    const { conversationId, data } = trigger.start(payload)
    const conversation = await conversations.get(conversationId)
    const published = conversation && (await scenarioStore.publishedId(conversation.botId))
    const scenario = published === undefined ? undefined : await scenarioCache.get(published)
    const starts = [...(scenario?.starts ?? [])].filter((node) => wants(node, type, trigger, payload))
    for (const node of starts) await runs.enter(conversationId, { node: node.id, data, hold: false }, { key: `trigger:${key}:${node.id}` })
    return starts.length
  }
}
