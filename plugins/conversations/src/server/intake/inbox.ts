import { Gatherer, isParleyError, ParleyError, type Clock, type Logger, type Points, type Realtime, type Within } from '@parley/plugin-api'
import { dialogTopic, type ChannelAccount, type Command, type Inbox, type InboundEvent, type Receipt } from '../../api/index.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { ConversationChanges } from '../changes/conversation-changes.ts'
import type { Config } from '../config.ts'
import { isShortKey, type ButtonValues } from '../delivery/button-values.ts'
import { isNumber, type NumberedChoices } from '../delivery/numbered-choices.ts'
import type { Receipts } from '../delivery/receipts.ts'
import { commandIdOf, conversationIdOf, eventIdOf, newId } from '../ids.ts'
import type { EarlyTurns } from '../lanes/early-turns.ts'
import { ownHolder } from '../lanes/own-commands.ts'
import { presentOrigin, type Origin } from '../origin.ts'
import type { Turns } from '../lanes/turns.ts'
import type { WaitingPayloads } from './waiting-payloads.ts'
import { storable, storableText } from '../storable.ts'
import type { Wake } from '../wake.ts'
import { arrivedItem } from './arrived-item.ts'
import { needsFetch, storedContent } from './event-content.ts'
import type { IntakeMessage, IntakePayload, IntakeStore, StoredEvent, TouchedLane } from './intake-store.ts'
import { payloadOf, problemOf } from './payload.ts'

type MessageEvent = Extract<InboundEvent, { type: 'message' }>
interface Intake {
  readonly messages: readonly IntakeMessage[]
  readonly payload: IntakePayload | undefined
  readonly origin: Origin
}

const nothing: Receipt = { stored: 0, duplicates: 0, messages: [] }
const maxEvents = 1_000
const maxChatId = 512
// Not the time of this process: for another one, whose clock is behind, the command would lie in the future.
const atOnce = new Date(0)

interface Parts {
  readonly accounts: Accounts
  readonly intakeStore: IntakeStore
  readonly changes: ConversationChanges
  readonly receipts: Receipts
  readonly buttonValues: ButtonValues
  readonly numberedChoices: NumberedChoices
  readonly waitingPayloads: WaitingPayloads
  readonly realtime: Realtime
  readonly points: Points
  readonly turns: Turns
  readonly earlyTurns: EarlyTurns
  readonly wake: Wake
  readonly clock: Clock
  readonly config: Config
  readonly log: Logger
}

export class ChannelInbox implements Inbox {
  readonly #parts: Parts
  readonly #intake: Gatherer<Intake, readonly StoredEvent[]>

  constructor({
    accounts,
    intakeStore,
    changes,
    receipts,
    buttonValues,
    numberedChoices,
    waitingPayloads,
    realtime,
    points,
    turns,
    earlyTurns,
    wake,
    clock,
    config,
    log,
  }: Parts) {
    this.#parts = {
      accounts,
      intakeStore,
      changes,
      receipts,
      buttonValues,
      numberedChoices,
      waitingPayloads,
      realtime,
      points,
      turns,
      earlyTurns,
      wake,
      clock,
      config,
      log,
    }
    this.#intake = new Gatherer({ run: (intakes) => this.#store(intakes), parallel: 2, limit: 50 })
  }

  async receive(accountId: string, payload: unknown, { raw, keep = false }: { raw?: Uint8Array; keep?: boolean } = {}): Promise<Receipt> {
    const account = active(await this.#parts.accounts.get(accountId), accountId)
    const driver = this.#parts.accounts.driver(account.channel)
    const bytes = payload instanceof Uint8Array ? payload : (raw ?? Buffer.from(JSON.stringify(payload)))
    if (driver === undefined) {
      // its plugin is suspended: what clients write is stored all the same, and read when it runs again
      await this.#parts.waitingPayloads.keep(account, bytes)
      return nothing
    }
    let events: readonly InboundEvent[] | undefined
    try {
      events = driver.receive(payload === bytes ? payloadOf(driver, bytes) : payload, account)
      return await this.#take(account, events, bytes)
    } catch (error) {
      const bad = isParleyError(error) && error.family === 'user'
      // a bug, so the payload is kept and can be taken in again when the driver has learned
      const driverFailed = !bad && events === undefined
      const putAside = bad && keep
      if (driverFailed || putAside) await this.#keep(account, bytes, error)
      if (!putAside) throw error
      this.#parts.log.warn('a payload could not be taken in; it stands in the raw intake', { account: accountId, error })
      return nothing
    }
  }

  /**
   * Bytes that were acknowledged, taken in as they would have been then. `logged`: they stand in the raw intake already.
   * Keeps nothing of what it cannot take in, because the caller has it; throws `plugin_unavailable` while the channel is suspended.
   */
  async takeIn(accountId: string, bytes: Uint8Array, { logged = false }: { logged?: boolean } = {}): Promise<Receipt> {
    const account = active(await this.#parts.accounts.get(accountId), accountId)
    const driver = this.#parts.accounts.driver(account.channel)
    if (driver === undefined)
      throw new ParleyError('plugin_unavailable', `The channel "${account.channel}" does not work now. Enable its plugin; the payload stays here.`)
    return await this.#take(account, driver.receive(payloadOf(driver, bytes), account), logged ? undefined : bytes)
  }

  async accept(accountId: string, events: readonly InboundEvent[]): Promise<Receipt> {
    return await this.#take(active(await this.#parts.accounts.get(accountId), accountId), events, undefined)
  }

  async post(conversationId: string, command: Command, options: { within?: Within; dueAt?: Date; key?: string } = {}): Promise<void> {
    const { changes, clock } = this.#parts
    await changes.within(options.within, (unit) => {
      const change = changes.of(conversationId, unit)
      change.items.push({
        id: options.key === undefined ? newId(clock.now()) : commandIdOf(conversationId, options.key),
        data: storable(command),
        dueAt: options.dueAt ?? atOnce,
        single: options.key !== undefined,
        position: change.size + 1,
      })
    })
  }

  async #keep({ id: accountId }: ChannelAccount, payload: Uint8Array, error: unknown): Promise<void> {
    const { intakeStore, clock } = this.#parts
    await intakeStore.keep({ id: newId(clock.now()), accountId, payload, events: 0 }, problemOf(error))
  }

  async #take(account: ChannelAccount, events: readonly InboundEvent[], raw: Uint8Array | undefined): Promise<Receipt> {
    if (events.length > maxEvents)
      throw new ParleyError('too_large', `The payload holds ${events.length} events; at most ${maxEvents} are taken at once.`)
    const { clock, wake, points, buttonValues, numberedChoices, earlyTurns } = this.#parts
    const payloadId = raw === undefined ? undefined : newId(clock.now())
    const messages: IntakeMessage[] = []
    for (const event of events) {
      if (event.type !== 'message') continue
      const chatId = storedChat(event.chatId)
      const conversationId = conversationIdOf(account.id, chatId)
      let content = storedContent(event.content, points)
      if (isShortKey(content)) content = await buttonValues.restore(content)
      else if (isNumber(content)) content = await numberedChoices.restore(conversationId, content)
      messages.push(messageOf(account, event, { chatId, conversationId, content, payloadId }))
    }
    const payload =
      raw === undefined || payloadId === undefined ? undefined : { id: payloadId, accountId: account.id, payload: raw, events: messages.length }
    for (let work = earlyTurns.ahead(messages); work !== undefined; work = earlyTurns.ahead(messages)) await work.catch(() => undefined)
    const stored = messages.length === 0 && payload === undefined ? [] : await this.#stored(messages, payload)
    for (const [index, event] of stored.entries()) if (!event.duplicate && messages[index]?.fetchMedia === true) wake.media(event.id)
    for (const event of events) if (event.type !== 'message') await this.#note(account, event)
    const duplicates = stored.filter(({ duplicate }) => duplicate).length
    return { stored: stored.length - duplicates, duplicates, messages: stored }
  }

  #stored(messages: readonly IntakeMessage[], payload: IntakePayload | undefined): Promise<readonly StoredEvent[]> {
    const ordinary = (): Promise<readonly StoredEvent[]> => this.#intake.add({ messages, payload, origin: presentOrigin() })
    const [message, ...others] = messages
    const early = message === undefined || others.length > 0 ? undefined : this.#parts.earlyTurns.store(message, payload, ordinary)
    return early ?? ordinary()
  }

  async #store(intakes: readonly Intake[]): Promise<(readonly StoredEvent[])[]> {
    const { intakeStore, turns, clock, config } = this.#parts
    const unique = new Map<string, IntakeMessage>()
    // a lane goes on in the name of whoever brought its first message
    const origins = new Map<string, Origin>()
    for (const { messages, origin } of intakes) {
      for (const message of messages) {
        if (!unique.has(message.id)) unique.set(message.id, message)
        if (!origins.has(message.conversationId)) origins.set(message.conversationId, origin)
      }
    }
    const payloads = intakes.flatMap(({ payload }) => payload ?? [])
    const now = clock.now()
    const { events, lanes } = await intakeStore.store([...unique.values()], payloads, { holder: config.firstHolder, now, take: () => turns.take() })
    for (const lane of lanes) origins.get(lane.conversation.id)!(() => this.#work(lane, [...unique.values()], events, now))
    const told = new Set<string>()
    return intakes.map(({ messages }) =>
      messages.map(({ id }) => {
        const event = events.get(id)!
        const again = told.has(id)
        told.add(id)
        return again ? { ...event, duplicate: true } : event
      }),
    )
  }

  /** This process goes on itself where the lane was free; otherwise its holder sees what came, or a job does. */
  #work(
    { conversation, version, taken, busy }: TouchedLane,
    messages: readonly IntakeMessage[],
    events: ReadonlyMap<string, StoredEvent>,
    now: Date,
  ): void {
    const { turns, wake } = this.#parts
    if (taken === undefined) return busy ? undefined : wake.lane(conversation.id, 0)
    const items = messages.flatMap((message) => {
      const event = events.get(message.id)
      const own = message.conversationId === conversation.id && event?.duplicate === false
      return own ? [arrivedItem(message, event.number, now)] : []
    })
    turns.begin({ conversation, token: taken.token, version, items, more: false }, taken.until)
  }

  async #note(account: ChannelAccount, event: Exclude<InboundEvent, MessageEvent>): Promise<void> {
    if (event.type === 'status') return await this.#parts.receipts.record(account, event)
    const conversationId = conversationIdOf(account.id, storableText(event.chatId))
    if (event.type === 'typing') {
      return await this.#parts.realtime.send(dialogTopic, { conversationId }, { type: 'typing', by: { kind: 'client' } })
    }
    // Into the lane: an old copy of "blocked" must not overtake "unblocked". Who never wrote has no lane.
    if (!(await this.#parts.intakeStore.hasConversation(conversationId))) return
    const command = { holder: ownHolder, type: 'blocked', data: { blocked: event.type === 'blocked' } }
    await this.post(conversationId, command, { key: `event:${event.key}` })
  }
}

const active = (account: ChannelAccount | undefined, id: string): ChannelAccount => {
  if (account?.active === true) return account
  throw new ParleyError('not_found', `There is no active channel account "${id}". Check the address, or switch the channel on.`)
}

const storedChat = (chatId: string): string => {
  const stored = storableText(chatId)
  if (stored === '' || stored.length > maxChatId) throw new ParleyError('invalid_input', `The id of the chat must have 1 to ${maxChatId} characters.`)
  return stored
}

const messageOf = (
  account: ChannelAccount,
  event: MessageEvent,
  { chatId, conversationId, content, payloadId }: Pick<IntakeMessage, 'chatId' | 'conversationId' | 'content' | 'payloadId'>,
): IntakeMessage => {
  const sender = storable(event.sender)
  const data = {
    ...(event.start === undefined ? {} : { start: storableText(event.start) }),
    ...(event.params === undefined ? {} : { params: storable(event.params) }),
  }
  return {
    id: eventIdOf(account.id, event.key),
    conversationId,
    accountId: account.id,
    botId: account.botId,
    channel: account.channel,
    chatId,
    sender,
    authorName: [sender.firstName, sender.lastName].filter(Boolean).join(' ') || sender.username,
    content,
    externalId: event.externalId === undefined ? undefined : storableText(event.externalId),
    providerAt: event.at !== undefined && Number.isFinite(event.at.getTime()) ? event.at : undefined,
    data: Object.keys(data).length === 0 ? undefined : data,
    fetchMedia: needsFetch(content),
    payloadId,
  }
}
