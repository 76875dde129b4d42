import { randomUUID } from 'node:crypto'
import { ParleyError, type Clock, type Within } from '@parley/plugin-api'
import type { Clients } from '@parley/plugin-clients/api'
import { contentToText, type Conversations } from '@parley/plugin-conversations/api'
import type { Users } from '@parley/plugin-identity/api'
import { holderId, type OpenRequest, type Request, type Requests } from '../api/index.ts'
import type { Announcer } from './announcer.ts'
import type { DirectoryStore } from './directory-store.ts'
import type { Distributor } from './distributor.ts'
import type { PanelWebhooks } from './panel-webhooks.ts'
import type { RequestLog } from './request-log.ts'
import type { BotStep } from './request-row.ts'
import type { RequestStore } from './request-store.ts'

interface Dependencies {
  clock: Clock
  clients: Clients
  users: Users
  conversations: Conversations
  requestStore: RequestStore
  directoryStore: DirectoryStore
  requestLog: RequestLog
  panelWebhooks: PanelWebhooks
  announcer: Announcer
  distributor: Distributor
}

export interface Opening extends OpenRequest {
  /** `continue`: the bot keeps the conversation until an operator has the request. */
  readonly keepBot?: boolean
  readonly botSteps?: readonly BotStep[]
}

/** Opens requests; the service other plugins and the scenario's action use. */
export class Opener implements Requests {
  readonly #d: Dependencies

  constructor(dependencies: Dependencies) {
    this.#d = dependencies
  }

  async open(opening: Opening, options: { within?: Within } = {}): Promise<{ requestId: string; created: boolean }> {
    const { clock, clients, conversations, requestStore, requestLog, panelWebhooks, announcer, distributor } = this.#d
    const existing = await requestStore.openOf(opening.conversationId)
    if (existing !== undefined) return { requestId: existing.request.id, created: false }
    const id = randomUUID()
    const topicId = await this.#topic(opening.topicAlias)
    await this.#assignable(opening.assigneeId)
    const client = await clients.get(opening.clientId)
    const within = options.within
    if (within === undefined) throw new ParleyError('internal', 'A request is opened within the writes that lead to it: give `within`.')
    const request = {
      ...opening,
      clientName: clientName(client) ?? '?',
      topicId,
      keepBot: opening.keepBot ?? false,
      lastText: await this.#lastWords(opening.conversationId),
      botSteps: opening.botSteps ?? [],
    }
    await requestStore.open(id, request, clock.now(), within)
    await requestLog.add(id, 'created', { topic: opening.topicAlias, weight: opening.weight ?? 0 }, within)
    if (!request.keepBot || opening.assigneeId !== undefined) await conversations.hold(opening.conversationId, holderId, { within })
    if (opening.eventWebhookUrl !== undefined) {
      const facts = { conversation_id: opening.conversationId, client_id: opening.clientId, channel: opening.channel, bot_id: opening.botId }
      await panelWebhooks.notifyNew(id, opening.eventWebhookUrl, facts, within)
    }
    announcer.changed(id, 'created', within)
    within.afterCommit(() => {
      // A lost wake is found by the reconciler of the job.
      distributor.wake().catch(() => undefined)
    })
    return { requestId: id, created: true }
  }

  async get(requestId: string): Promise<Request | undefined> {
    return (await this.#d.requestStore.get(requestId))?.request
  }

  /** What the client said last, for the list. */
  async #lastWords(conversationId: string): Promise<string> {
    const { messages } = await this.#d.conversations.messages(conversationId, { limit: 10 })
    const last = messages.findLast(({ author }) => author.kind === 'client')
    return last === undefined ? '' : contentToText(last.content).slice(0, 200)
  }

  async #assignable(userId: string | undefined): Promise<void> {
    if (userId === undefined) return
    const user = isUuid(userId) ? await this.#d.users.get(userId) : undefined
    if (user?.active !== true) throw new ParleyError('unprocessable', `The operator "${userId}" does not exist or is switched off.`)
  }

  async #topic(alias: string | undefined): Promise<string | undefined> {
    if (alias === undefined || alias === '') return undefined
    const id = await this.#d.directoryStore.topicByAlias(alias)
    if (id !== undefined) return id
    throw new ParleyError('unprocessable', `The topic "${alias}" does not exist or is switched off. Create it in Settings, Topics.`)
  }
}

/** Words for a client in lists: the name, else the phone or e-mail address. */
export const clientName = (
  client: { firstName?: string | undefined; lastName?: string | undefined; phone?: string | undefined; email?: string | undefined } | undefined,
): string | undefined => [client?.firstName, client?.lastName].filter(Boolean).join(' ') || client?.phone || client?.email || undefined

const isUuid = (text: string): boolean => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)
