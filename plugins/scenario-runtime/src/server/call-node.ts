import { randomUUID } from 'node:crypto'
import { ParleyError } from '@parley/plugin-api'
import type { Bots, BotSummary, ChannelAccounts, Conversations } from '@parley/plugin-conversations/api'
import type { CompiledNode, CompiledScenario } from './compiled-scenario.ts'
import { isEntry } from './document/scenario-document.ts'
import type { Runs } from './runs.ts'
import type { ScenarioCache } from './scenario-cache.ts'
import type { ScenarioStore } from './stores/scenario-store.ts'

export interface NodeCall {
  readonly bot: string | number
  /** An alias, or the id of a node. */
  readonly target: string
  readonly channel?: string | undefined
  readonly chatId?: string | undefined
  readonly data: Readonly<Record<string, unknown>>
  /** Whether the caller may reach every entry point of a bot; nobody we know reaches what is open to all. */
  readonly mayCall: (botId: string) => boolean
}

interface Dependencies {
  readonly bots: Bots
  readonly channelAccounts: ChannelAccounts
  readonly conversations: Conversations
  readonly runs: Runs
  readonly scenarioStore: ScenarioStore
  readonly scenarioCache: ScenarioCache
}

const defaultChannel = 'custom_channel'

/** Open to everybody: an entry point, or a Start, whose author chose the trigger "webhook". */
const isOpen = ({ type, parameters }: CompiledNode): boolean => {
  if (type === 'entry-point') return parameters['entryTriggerType'] === 'webhook'
  const { triggers } = parameters
  return Array.isArray(triggers) && triggers.some((trigger: unknown) => (trigger as { type?: unknown } | null)?.type === 'webhook')
}

/** Starts a section from outside, for a client or for nobody in particular. */
export class CallNode {
  readonly #deps: Dependencies

  constructor({ bots, channelAccounts, conversations, runs, scenarioStore, scenarioCache }: Dependencies) {
    this.#deps = { bots, channelAccounts, conversations, runs, scenarioStore, scenarioCache }
  }

  async call({ bot: botRef, target, channel = defaultChannel, chatId = randomUUID(), data, mayCall }: NodeCall): Promise<{ conversationId: string }> {
    const { bots, channelAccounts, conversations, runs } = this.#deps
    const bot = await bots.get(botRef)
    if (bot === undefined) throw new ParleyError('not_found', `There is no bot ${botRef}.`)
    const node = await this.#target(bot, target, mayCall(bot.id))
    const accounts = await channelAccounts.list({ botId: bot.id, channel })
    const account = accounts.find(({ active }) => active)
    if (account === undefined)
      throw new ParleyError('not_found', `The bot ${bot.number} has no active channel "${channel}". Connect one in Settings, Bots.`)
    const conversation = await conversations.open(account.id, chatId)
    // an operator in the middle of a dialog keeps it; the section's messages reach the client all the same
    await runs.enter(conversation.id, { node: node.id, data, hold: false })
    return { conversationId: conversation.id }
  }

  async #target(bot: BotSummary, target: string, trusted: boolean): Promise<CompiledNode> {
    const scenario = await this.#published(bot.id)
    const node = scenario?.entry(target) ?? scenario?.node(target)
    if (node === undefined || !isEntry(node.document) || !(trusted || isOpen(node)))
      throw new ParleyError(
        'not_found',
        `The bot ${bot.number} has no entry point "${target}" that may be called so. Publish one with the trigger "webhook", or call with an API key.`,
      )
    return node
  }

  async #published(botId: string): Promise<CompiledScenario | undefined> {
    const id = await this.#deps.scenarioStore.publishedId(botId)
    return id === undefined ? undefined : await this.#deps.scenarioCache.get(id)
  }
}
