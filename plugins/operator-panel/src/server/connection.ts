import type { PluginDatabase, Transaction } from '@parley/plugin-api'
import type { Conversations, Outbox } from '@parley/plugin-conversations/api'
import { holderId as botHolder, type ScenarioRuns } from '@parley/plugin-scenario-runtime/api'
import { holderId } from '../api/index.ts'
import type { Announcer } from './announcer.ts'
import type { PanelWebhooks } from './panel-webhooks.ts'
import type { RequestLog } from './request-log.ts'
import type { RequestStore } from './request-store.ts'

interface Dependencies {
  db: PluginDatabase
  conversations: Conversations
  outbox: Outbox
  runs: ScenarioRuns
  announcer: Announcer
  panelWebhooks: PanelWebhooks
  requestLog: RequestLog
  requestStore: RequestStore
}

interface Connected {
  readonly id: string
  readonly conversationId: string
  readonly waitId: string | undefined
}

/** What follows when an operator gets a request, or when nobody can: the same for distribution, taking by hand and transfer. */
export class Connection {
  readonly #d: Dependencies

  constructor(dependencies: Dependencies) {
    this.#d = dependencies
  }

  async connected(request: Connected, operator: { id: string; name: string }, how: 'auto' | 'taken' | 'transferred', tx: Transaction): Promise<void> {
    const { conversations, outbox, runs, panelWebhooks, requestLog, announcer } = this.#d
    await conversations.hold(request.conversationId, holderId, { within: tx })
    await outbox.show(request.conversationId, [line('operator_connected', `${operator.name} joined the dialog`, { name: operator.name })], {
      within: tx,
    })
    if (request.waitId !== undefined && how !== 'transferred') {
      const data = { operator_id: operator.id, operator_name: operator.name, request_id: request.id }
      // `success` says that the request was taken in: it is over for those that were put in a folder, and this wakes those that waited for distribution.
      await runs.resume(request.conversationId, request.waitId, 'success', data, { within: tx })
      await runs.leave(request.conversationId, request.waitId, 'connected', data, { within: tx })
    }
    await requestLog.add(request.id, how === 'auto' ? 'auto_connected' : how, { operatorId: operator.id, operatorName: operator.name }, tx)
    await panelWebhooks.notify(request.id, how === 'auto' ? 'auto_connected' : 'operator_connected', { operator: { id: operator.id } }, tx)
    announcer.changed(request.id, how, tx)
  }

  /** Nobody is free and the request may not wait: the scenario goes on by `limit`. */
  async turnedAway(request: Connected, tx: Transaction): Promise<void> {
    const { conversations, runs, requestLog, panelWebhooks, announcer } = this.#d
    await conversations.hold(request.conversationId, botHolder, { within: tx })
    if (request.waitId !== undefined) await runs.resume(request.conversationId, request.waitId, 'limit', { request_id: request.id }, { within: tx })
    await requestLog.add(request.id, 'limit', {}, tx)
    await panelWebhooks.notify(request.id, 'chat_closed', { reason: 'limit' }, tx)
    announcer.changed(request.id, 'limit', tx)
  }
}

export const line = (code: string, text: string, data: Record<string, string> = {}) => ({
  author: { kind: 'system' as const },
  content: { kind: 'system' as const, code, text, data },
})
