import { ParleyError, type Actor, type Audit, type Clock, type EventBus, type PluginDatabase, type Transaction } from '@parley/plugin-api'
import { contentToText, type Conversations, type MessageContentInput, type Outbox } from '@parley/plugin-conversations/api'
import { holderId as botHolder, type ScenarioRuns } from '@parley/plugin-scenario-runtime/api'
import type { Users } from '@parley/plugin-identity/api'
import { editRequests, requestClosed, viewAllRequests, viewRequests, writeNotes } from '../api/index.ts'
import type { Announcer } from './announcer.ts'
import { line, type Connection } from './connection.ts'
import type { DirectoryStore } from './directory-store.ts'
import type { Distributor } from './distributor.ts'
import type { OperatorStore } from './operator-store.ts'
import type { PanelWebhooks } from './panel-webhooks.ts'
import type { RequestLog } from './request-log.ts'
import type { RequestRecord } from './request-row.ts'
import type { RequestStore } from './request-store.ts'

interface Dependencies {
  db: PluginDatabase
  clock: Clock
  audit: Audit
  events: EventBus
  users: Users
  conversations: Conversations
  outbox: Outbox
  runs: ScenarioRuns
  requestStore: RequestStore
  operatorStore: OperatorStore
  directoryStore: DirectoryStore
  requestLog: RequestLog
  panelWebhooks: PanelWebhooks
  announcer: Announcer
  connection: Connection
  distributor: Distributor
}

export type TransferTarget = { readonly operatorId: string } | { readonly queue: true; readonly topicId?: string } | { readonly unassigned: true }

/** What a person does with a request. Every method checks the right for the request's bot and leaves the request consistent in one transaction. */
export class Desk {
  readonly #d: Dependencies

  constructor(dependencies: Dependencies) {
    this.#d = dependencies
  }

  /** The request, when the actor may see it. */
  async see(id: string, actor: Actor): Promise<RequestRecord> {
    const record = await this.#d.requestStore.get(id)
    if (record === undefined || !maySee(record, actor)) {
      throw new ParleyError('not_found', 'This request does not exist, or it is not yours to see. Refresh the list.')
    }
    return record
  }

  async take(id: string, actor: Actor): Promise<void> {
    await this.#change(id, actor, 'request.take', async (record, tx) => {
      const { request } = record
      if (request.assignee?.id === actor.id) return
      if (request.state === 'open' && !actor.can(viewAllRequests, request.botId)) {
        throw new ParleyError('conflict', `${request.assignee?.name ?? 'Another operator'} took this request a moment ago.`, {
          details: { assignee: request.assignee },
        })
      }
      await this.#assign(record, { id: actor.id, name: actor.name }, request.state === 'open' ? 'transferred' : 'taken', tx)
    })
  }

  async transfer(id: string, target: TransferTarget, actor: Actor, comment?: string): Promise<void> {
    await this.#change(id, actor, 'request.transfer', async (record, tx) => {
      const { users, requestStore, requestLog, outbox, announcer, panelWebhooks, clock } = this.#d
      const { request } = record
      if (comment !== undefined && comment !== '') {
        await outbox.show(request.conversationId, [{ author: operator(actor), content: { kind: 'note', text: comment } }], { within: tx })
      }
      if ('operatorId' in target) {
        const user = await users.get(target.operatorId)
        if (user === undefined || !user.active)
          throw new ParleyError('unprocessable', 'This operator does not exist or is switched off. Choose another.')
        await this.#assign(record, { id: user.id, name: `${user.firstName} ${user.lastName}`.trim() }, 'transferred', tx)
        return
      }
      const state = 'queue' in target ? 'queued' : 'new'
      await requestStore.putBack(id, state, 'queue' in target ? target.topicId : undefined, clock.now(), tx)
      await outbox.show(request.conversationId, [line(`request_${state}`, state === 'queued' ? 'Put into the queue' : 'Put back', {})], {
        within: tx,
      })
      await requestLog.add(id, `moved_to_${state}`, {}, tx, actor)
      await panelWebhooks.notify(id, 'operator_disconnected', { operator: { id: request.assignee?.id } }, tx)
      announcer.changed(id, 'transferred', tx, request.assignee?.id)
    })
    await this.#d.distributor.wake()
  }

  async close(id: string, closing: { statusId?: string; comment?: string }, actor: Actor): Promise<void> {
    await this.#change(id, actor, 'request.close', async (record, tx) => {
      const { clock, requestStore, operatorStore, requestLog, panelWebhooks, outbox, runs, conversations, events, announcer } = this.#d
      const { request } = record
      const at = clock.now()
      const statusId = await this.#closeStatus(closing.statusId)
      await requestStore.close(
        id,
        { by: actor.id, at, ...(statusId === undefined ? {} : { statusId }), ...(closing.comment === undefined ? {} : { comment: closing.comment }) },
        tx,
      )
      if (request.assignee !== undefined) await operatorStore.closedDialog(request.assignee.id, at, tx)
      await outbox.show(request.conversationId, [line('request_closed', `${actor.name} closed the request`, { name: actor.name })], { within: tx })
      await conversations.hold(request.conversationId, botHolder, { within: tx })
      if (record.closedAlias !== undefined) {
        await runs.goto(request.conversationId, record.closedAlias, { request_id: id, operator_name: actor.name }, { within: tx })
      }
      await requestLog.add(id, 'closed', { statusId, comment: closing.comment }, tx, actor)
      await panelWebhooks.notify(id, 'chat_closed_by_operator', { operator: { id: actor.id } }, tx)
      await panelWebhooks.notify(id, 'chat_closed', { operator: { id: actor.id } }, tx)
      await events.publish(
        requestClosed,
        {
          requestId: id,
          conversationId: request.conversationId,
          botId: request.botId,
          by: actor.id,
          ...(statusId === undefined ? {} : { statusId }),
        },
        { within: tx },
      )
      announcer.changed(id, 'closed', tx)
    })
    await this.#d.distributor.wake()
  }

  /** Sends to the client, or writes a note for the team. `clientKey` makes a repeated call harmless. Answers the message's id. */
  async write(id: string, content: MessageContentInput, clientKey: string, actor: Actor): Promise<string> {
    const { db, clock, outbox, requestStore, panelWebhooks, announcer } = this.#d
    const record = await this.see(id, actor)
    const note = content.kind === 'note'
    if (note) mustNote(record, actor)
    else mustEdit(record, actor)
    if (record.request.state === 'closed') throw new ParleyError('conflict', 'This request is closed. Open a new one to write to the client.')
    if (!note && record.request.assignee?.id !== actor.id) {
      throw new ParleyError('conflict', 'Take the request first: only the operator who has it answers the client.', {
        details: { assignee: record.request.assignee },
      })
    }
    const outgoing = [{ author: operator(actor), content, clientKey }]
    const [messageId] = await db.transaction(async (tx) => {
      const ids = await (note ? outbox.show : outbox.send).call(outbox, record.request.conversationId, outgoing, { within: tx })
      const text = contentToText(content as Parameters<typeof contentToText>[0])
      await requestStore.operatorWrote(id, text, clock.now(), note, tx)
      if (!note) await panelWebhooks.notify(id, 'message_from_operator', { operator: { id: actor.id }, message: content }, tx)
      announcer.changed(id, note ? 'note' : 'answered', tx)
      return ids
    })
    return messageId!
  }

  async setTopic(id: string, topicId: string | undefined, actor: Actor): Promise<void> {
    await this.#change(id, actor, 'request.topic', async (record, tx) => {
      await this.#d.requestStore.setTopic(id, topicId, tx)
      await this.#d.requestLog.add(id, 'topic', { from: record.request.topic?.id, to: topicId }, tx, actor)
      this.#d.announcer.changed(id, 'topic', tx)
    })
  }

  async #assign(record: RequestRecord, to: { id: string; name: string }, how: 'taken' | 'transferred', tx: Transaction): Promise<void> {
    const { clock, requestStore, operatorStore, connection, panelWebhooks } = this.#d
    const { request } = record
    const at = clock.now()
    await requestStore.assign(request.id, to.id, at, tx)
    await operatorStore.assignedDialogs([to.id], at, tx)
    if (request.assignee !== undefined) await panelWebhooks.notify(request.id, 'operator_disconnected', { operator: { id: request.assignee.id } }, tx)
    await connection.connected({ id: request.id, conversationId: request.conversationId, waitId: record.waitId }, to, how, tx)
    if (request.assignee !== undefined) this.#d.announcer.changed(request.id, how, tx, request.assignee.id)
  }

  /** Locks, checks, does, audits: one transaction. */
  async #change(id: string, actor: Actor, action: string, work: (record: RequestRecord, tx: Transaction) => Promise<void>): Promise<void> {
    const { db, requestStore, audit } = this.#d
    await db.transaction(async (tx) => {
      const record = await requestStore.lock(id, tx)
      // Who was too late sees who was faster: the request stood in front of both.
      if (!maySee(record, actor) && action !== 'request.take') {
        throw new ParleyError('not_found', 'This request does not exist, or it is not yours to see. Refresh the list.')
      }
      mustEdit(record, actor)
      if (record.request.state === 'closed') throw new ParleyError('conflict', 'This request is closed already. Refresh the list.')
      await work(record, tx)
      const after = await requestStore.get(id, tx)
      await audit.record(
        { action, object: { type: 'request', id, title: `#${record.request.number}` }, before: facts(record), after: after && facts(after) },
        { within: tx },
      )
    })
  }

  async #closeStatus(wanted: string | undefined): Promise<string | undefined> {
    const statuses = (await this.#d.directoryStore.closeStatuses()).filter((status) => status.active)
    if (wanted === undefined) return statuses.find((status) => status.isDefault)?.id
    if (statuses.some((status) => status.id === wanted)) return wanted
    throw new ParleyError('unprocessable', 'This status is not offered any more. Choose another one to close the request.')
  }
}

const operator = (actor: Actor) => ({ kind: 'operator' as const, id: actor.id, name: actor.name })

const maySee = ({ request }: RequestRecord, actor: Actor): boolean =>
  actor.can(viewRequests, request.botId) &&
  (request.assignee === undefined || request.assignee.id === actor.id || request.state === 'closed' || actor.can(viewAllRequests, request.botId))

const mustEdit = ({ request }: RequestRecord, actor: Actor): void => {
  if (actor.can(editRequests, request.botId)) return
  throw new ParleyError('forbidden', 'You may read this request, not change it. Ask an administrator for the right to answer requests.')
}

const mustNote = ({ request }: RequestRecord, actor: Actor): void => {
  if (actor.can(writeNotes, request.botId)) return
  throw new ParleyError('forbidden', 'You may read this request, not write notes in it. Ask an administrator for the right to write notes.')
}

const facts = ({ request }: RequestRecord) => ({
  state: request.state,
  assignee: request.assignee?.id,
  topic: request.topic?.alias,
  closeStatus: request.closeStatus?.id,
})
