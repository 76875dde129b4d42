import { randomUUID } from 'node:crypto'
import type { Batch, Clock, PluginDatabase, Within } from '@parley/plugin-api'
import {
  messageContent,
  type Command,
  type Conversation,
  type Conversations,
  type Inbox,
  type MessageContentInput,
  type Outbox,
  type OutgoingMessage,
  type Turn,
} from '@parley/plugin-conversations/api'

type Item = Turn['item']

/** What a crash leaves: the process dies instead of the commit, or right after it. */
export interface Crash {
  readonly at: 'before' | 'after'
  /** Which commit of the turn, from 1. */
  readonly commit: number
}

export class Crashed extends Error {
  override readonly name = 'Crashed'
}

/**
 * One conversation's lane as a holder sees it. Writes go through real batches: what a batch was to send, post or give away happens when, and only
 * when, it commits.
 */
export class FakeLane {
  readonly conversation: Conversation
  readonly sent: MessageContentInput[] = []
  readonly posted: { conversationId: string; command: Command; dueAt: Date | undefined; key: string | undefined }[] = []
  holder = 'scenario-runtime'
  /** How often the client was told that the bot is at work. */
  hints = 0
  /** Commits made by the last turn. */
  commits = 0
  crash: Crash | undefined
  /** The turn before was in another process. */
  elsewhere = false
  readonly #db: PluginDatabase
  readonly #clock: Clock
  #number = 0

  constructor(options: { db: PluginDatabase; clock: Clock; botId: string; channel?: string }) {
    this.#db = options.db
    this.#clock = options.clock
    this.conversation = {
      id: randomUUID(),
      botId: options.botId,
      accountId: randomUUID(),
      channel: options.channel ?? 'custom_channel',
      chatId: '42',
      clientId: randomUUID(),
      identityId: randomUUID(),
      holder: this.holder,
      createdAt: options.clock.now(),
    }
  }

  readonly outbox: Pick<Outbox, 'send'> = {
    send: async (_conversationId: string, messages: readonly OutgoingMessage[], options?: { within?: Within }) => {
      const contents = messages.map((message) => messageContent.parse(message.content))
      options?.within?.afterCommit(() => void this.sent.push(...contents))
      return contents.map(() => randomUUID())
    },
  }

  readonly inbox: Pick<Inbox, 'post'> = {
    post: async (conversationId, command, options) => {
      const record = () => void this.posted.push({ conversationId, command, dueAt: options?.dueAt, key: options?.key })
      if (options?.within === undefined) record()
      else options.within.afterCommit(record)
    },
  }

  readonly conversations: Pick<Conversations, 'hold' | 'typing'> = {
    hold: async (_conversationId, holder, options) => options?.within?.afterCommit(() => void (this.holder = holder)),
    typing: async () => void this.hints++,
  }

  message(content: MessageContentInput, extra: { start?: string; params?: Record<string, unknown>; name?: string } = {}): Item {
    const { name = 'Оксана', ...rest } = extra
    const id = randomUUID()
    const number = ++this.#number
    const message = {
      id,
      conversationId: this.conversation.id,
      number,
      direction: 'in' as const,
      author: { kind: 'client' as const, name },
      content: messageContent.parse(content),
      state: 'received' as const,
      createdAt: this.#clock.now().toISOString(),
    }
    return { type: 'message', id, number, message, ...rest }
  }

  command(command: Command): Item {
    return { type: 'command', id: randomUUID(), number: ++this.#number, command }
  }

  turn(item: Item, attempt = 0): Turn {
    this.commits = 0
    let finished = false
    const commit = async (batch: Batch): Promise<void> => {
      if (finished) throw new Error('The turn is finished already.')
      const number = ++this.commits
      if (this.crash?.at === 'before' && this.crash.commit === number) throw new Crashed('before the commit')
      await batch.commit()
      if (this.crash?.at === 'after' && this.crash.commit === number) throw new Crashed('after the commit')
    }
    return {
      conversation: { ...this.conversation, holder: this.holder },
      item,
      attempt,
      stored: true,
      continues: attempt === 0 && !this.elsewhere,
      signal: new AbortController().signal,
      batch: () => this.#db.batch(),
      commit,
      finish: async (batch) => {
        await commit(batch)
        finished = true
      },
    }
  }
}
