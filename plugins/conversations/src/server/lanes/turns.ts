import {
  Gatherer,
  isParleyError,
  type Batch,
  type Claims,
  type Clock,
  type EventBus,
  type Logger,
  type PluginDatabase,
  type Points,
  type Queue,
  type Realtime,
} from '@parley/plugin-api'
import type { Clients } from '@parley/plugin-clients/api'
import { conversationStarted, dialogTopic, holders, type Conversation } from '../../api/index.ts'
import type { CommittedChange, ConversationChange } from '../changes/conversation-change.ts'
import type { ConversationChanges } from '../changes/conversation-changes.ts'
import type { Config } from '../config.ts'
import type { ItemFailures } from './item-failures.ts'
import { LeaseKeeper, type Lease } from './lease-keeper.ts'
import type { LaneMemory } from './lane-memory.ts'
import type { Lane, LaneConversation, LaneItem, LaneStore } from './lane-store.ts'
import { ownHolder, type OwnCommands } from './own-commands.ts'
import { LaneTurn } from './turn.ts'

/** `done` with the lane given back or not; `again`: read the lane anew; `left`: somebody else's, or closed for a time. */
type Outcome = 'done' | 'again' | 'left'

export interface LaneTake {
  readonly token: string
  readonly until: Date
}

/** Stale writes in a row that are believed to be the lane's and not the holder's own fault. */
const staleTries = 3

interface Hold {
  readonly lease: Lease
  /** The process stops. */
  readonly stopping: AbortSignal
  stale: number
  continues: boolean
}

const over = ({ lease, stopping }: Hold): boolean => lease.lost || stopping.aborted

interface Parts {
  readonly db: PluginDatabase
  readonly laneStore: LaneStore
  readonly laneMemory: LaneMemory
  readonly changes: ConversationChanges
  readonly itemFailures: ItemFailures
  readonly ownCommands: OwnCommands
  readonly clients: Clients
  readonly points: Points
  readonly events: EventBus
  readonly realtime: Realtime
  readonly queue: Queue
  readonly clock: Clock
  readonly claims: Claims
  readonly log: Logger
  readonly config: Config
}

/** Works off the lanes of conversations: one item at a time, in number order, each in the hands of its holder. */
export class Turns {
  readonly #parts: Parts
  readonly #claims: Gatherer<string, Lane | undefined>
  readonly #leases: LeaseKeeper
  readonly #running = new Set<Promise<unknown>>()
  readonly #stopping = new AbortController()
  #works = false

  constructor({
    db,
    laneStore,
    laneMemory,
    changes,
    itemFailures,
    ownCommands,
    clients,
    points,
    events,
    realtime,
    queue,
    clock,
    claims,
    log,
    config,
  }: Parts) {
    this.#parts = {
      db,
      laneStore,
      laneMemory,
      changes,
      itemFailures,
      ownCommands,
      clients,
      points,
      events,
      realtime,
      queue,
      clock,
      claims,
      log,
      config,
    }
    this.#claims = new Gatherer({ run: (ids) => this.#claim(ids), parallel: 1, limit: 50, together: true })
    this.#leases = new LeaseKeeper({ clock, claims, log, seconds: config.turns.lease, renew: (lanes, until) => laneStore.renew(lanes, until) })
  }

  /** From now on this process works off what it takes in. */
  start(): void {
    this.#works = true
  }

  /** Turns that go on hear that the process stops; resolves when those of this process have ended. */
  async stop(): Promise<void> {
    this.#works = false
    this.#stopping.abort(new Error('the process stops'))
    this.#leases.stop()
    await Promise.all(this.#running)
  }

  /** Aborts when the process stops. */
  get stopping(): AbortSignal {
    return this.#stopping.signal
  }

  /** This process works off what it takes in, and has not enough to do yet. */
  get free(): boolean {
    return this.#works && this.#running.size < this.#parts.config.turns.concurrency
  }

  /** Work that counts as a turn of this process. */
  track(work: Promise<unknown>): void {
    this.#running.add(work)
    const end = (): void => void this.#running.delete(work)
    void work.then(end, end)
  }

  /** With which the intake takes a free lane for this process; undefined when it has enough to do or leaves the work to others. */
  take(): LaneTake | undefined {
    const { clock, claims, config } = this.#parts
    if (!this.free) return undefined
    return { token: claims.token(), until: new Date(clock.now().getTime() + config.turns.lease * 1000) }
  }

  /** Works off a lane that the intake has taken: no job, no claim. */
  begin(lane: Lane, until: Date): void {
    const work = this.#run(lane, until, this.#stopping.signal).catch((error: unknown) => {
      this.#parts.log.error('a lane could not be worked off; its items are found again', { conversationId: lane.conversation.id, error })
    })
    this.track(work)
  }

  async drain(conversationId: string, signal: AbortSignal): Promise<void> {
    const { clock, config } = this.#parts
    const until = new Date(clock.now().getTime() + config.turns.lease * 1000)
    const lane = await this.#claims.add(conversationId)
    if (lane !== undefined) await this.#run(lane, until, signal)
  }

  async #run(first: Lane, until: Date, signal: AbortSignal): Promise<void> {
    const { laneStore, laneMemory, clock } = this.#parts
    const { token } = first
    const { id: conversationId } = first.conversation
    let lane: Lane | undefined = first
    const lease = this.#leases.hold(conversationId, token, until)
    // what came in was the one change since this process had the lane
    const continues = laneMemory.get(conversationId)?.version === first.version - 1
    const hold: Hold = { lease, stopping: signal, stale: 0, continues }
    laneMemory.forget(conversationId)
    try {
      while (lane !== undefined) {
        if ((await this.#work(hold, lane)) === 'left') return
        lane = await laneStore.load(conversationId, token, clock.now())
        if (lane?.items.length === 0 && (await laneStore.release(conversationId, token, { version: lane.version }))) return
      }
    } finally {
      lease.end()
    }
  }

  async #claim(ids: readonly string[]): Promise<(Lane | undefined)[]> {
    const { laneStore, clock, claims, config } = this.#parts
    const now = clock.now()
    const lanes = await laneStore.claim(
      // in one order, as everything that touches several conversations
      [...new Set(ids)].sort().map((id) => ({ id, token: claims.token() })),
      now,
      new Date(now.getTime() + config.turns.lease * 1000),
    )
    const taken = new Set<string>()
    return ids.map((id) => (taken.has(id) ? undefined : (taken.add(id), lanes.get(id))))
  }

  async #work(hold: Hold, lane: Lane): Promise<'left' | 'again'> {
    let conversation = lane.conversation
    for (const [index, item] of lane.items.entries()) {
      if (over(hold)) return await this.#handBack(lane)
      const last = index === lane.items.length - 1 && !lane.more
      const { outcome, change } = await this.#take(hold, { ...lane, conversation }, item, last ? lane.version : undefined)
      if (outcome !== 'done') return outcome
      hold.stale = 0
      hold.continues = true
      if (change?.result?.released === true) {
        this.#remember({ ...conversation, ...change.client }, change.result, item)
        return 'left'
      }
      if (change !== undefined) conversation = { ...conversation, ...change.client, holder: change.result?.holder ?? conversation.holder }
    }
    return 'again'
  }

  #remember(conversation: LaneConversation, { holder, laneVersion, lastNumber }: CommittedChange, { id }: LaneItem): void {
    const { sender: _, clientId, identityId, ...known } = conversation
    if (clientId === undefined || identityId === undefined) return
    this.#parts.laneMemory.keep({ conversation: { ...known, clientId, identityId, holder }, version: laneVersion, lastNumber, item: id })
  }

  async #take(hold: Hold, lane: Lane, item: LaneItem, releaseAt: number | undefined): Promise<{ outcome: Outcome; change?: ConversationChange }> {
    const { itemFailures, log } = this.#parts
    const made: { turn?: LaneTurn } = {}
    try {
      if (!(await this.#handle(hold, lane, item, releaseAt, made))) return { outcome: await itemFailures.wait(lane, item) }
      if (made.turn?.ended === undefined) throw new Error('the holder returned without turn.finish')
      return { outcome: 'done', change: made.turn.ended }
    } catch (error) {
      if (made.turn?.ended !== undefined) {
        log.error('a holder failed after its turn was finished', { conversationId: lane.conversation.id, error })
        return { outcome: 'done', change: made.turn.ended }
      }
      if (over(hold)) return { outcome: await this.#handBack(lane) }
      hold.continues = false
      // The lane was lost, or another holder was given the conversation: what is true now decides.
      if (isParleyError(error, 'stale_write') && hold.stale++ < staleTries) return { outcome: 'again' }
      if (isParleyError(error, 'database_unavailable')) throw error
      return { outcome: await itemFailures.note(lane, item, releaseAt, error, made.turn?.begun !== true) }
    }
  }

  /** False when nobody is there to take the item. */
  async #handle(hold: Hold, lane: Lane, item: LaneItem, releaseAt: number | undefined, made: { turn?: LaneTurn }): Promise<boolean> {
    const { db, changes, points, ownCommands } = this.#parts
    const key = item.type === 'command' ? item.command.holder : lane.conversation.holder
    const holder = key === ownHolder ? ownCommands : points.get(holders).get(key)
    if (holder === undefined) return false
    const { conversation, client } = await this.#introduced(lane.conversation)
    const first = (batch: Batch, change: ConversationChange): Promise<void> => this.#first(batch, change, conversation, item, client)
    const turn = new LaneTurn({ lane, conversation, item, releaseAt, continues: hold.continues, lease: hold.lease, db, changes, first })
    made.turn = turn
    await holder.handle(turn)
    return true
  }

  /** Who the client is; asked once a conversation, and written with the first commit of the first turn. */
  async #introduced(known: LaneConversation): Promise<{ conversation: Conversation; client: ConversationChange['client'] }> {
    const { sender, clientId, identityId, ...conversation } = known
    if (clientId !== undefined && identityId !== undefined) return { conversation: { ...conversation, clientId, identityId }, client: undefined }
    const { accountId, channel, chatId } = conversation
    const client = await this.#parts.clients.identify({ accountId, channel, chatId, sender: sender ?? { id: chatId } })
    return { conversation: { ...conversation, clientId: client.clientId, identityId: client.identityId }, client }
  }

  async #first(
    batch: Batch,
    change: ConversationChange,
    conversation: Conversation,
    item: LaneItem,
    client: ConversationChange['client'],
  ): Promise<void> {
    const { events, realtime } = this.#parts
    const { id: conversationId, botId, channel, clientId } = conversation
    if (client !== undefined) {
      change.client = { clientId: client.clientId, identityId: client.identityId }
      await events.publish(conversationStarted, { conversationId, botId, clientId, channel }, { within: batch })
    }
    if (item.type === 'message') await realtime.send(dialogTopic, { conversationId }, { type: 'message', message: item.message }, { within: batch })
  }

  /** The process stops: another one goes on with the item at once. */
  async #handBack(lane: Lane): Promise<'left'> {
    const { laneStore, queue } = this.#parts
    const { id } = lane.conversation
    if (await laneStore.release(id, lane.token, {})) await queue.add('turn', { conversationId: id })
    return 'left'
  }
}
