import type { Clock, PluginDatabase } from '@parley/plugin-api'
import type { MessageContent } from '../../api/index.ts'
import type { Choice } from '../degrade/keyboard.ts'

type TextContent = Extract<MessageContent, { kind: 'text' }>

const numberOnly = /^\s*(\d{1,3})[.)]?\s*$/

/** Whether a client's message may choose from a list. */
export const isNumber = (content: MessageContent): content is TextContent => content.kind === 'text' && numberOnly.test(content.text)

/** Lists that stand for buttons where the channel has none: a client who answers with a number has pressed. */
export class NumberedChoices {
  readonly #db: PluginDatabase
  readonly #clock: Clock

  constructor({ db, clock }: { db: PluginDatabase; clock: Clock }) {
    this.#db = db
    this.#clock = clock
  }

  /** Before the message leaves: the number may come back at once. A conversation has one list, the last. */
  async keep(conversationId: string, number: number, choices: readonly (Choice | undefined)[]): Promise<void> {
    await this.#db.query(
      `INSERT INTO {numbered_choices} (conversation_id, number, choices, sent_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (conversation_id) DO UPDATE SET number = EXCLUDED.number, choices = EXCLUDED.choices, sent_at = EXCLUDED.sent_at`,
      [conversationId, number, JSON.stringify(choices.map((choice) => choice ?? null)), this.#clock.now()],
    )
  }

  /**
   * What the client chose. The list holds until the client was answered: after that a number is only a number, perhaps the answer to "How many?".
   */
  async restore(conversationId: string, content: TextContent): Promise<MessageContent> {
    const typed = numberOnly.exec(content.text)?.[1]
    const [row] = await this.#db.query<{ choice: Choice | null }>(
      `SELECT k.choices -> ($2::int - 1) AS choice FROM {numbered_choices} k WHERE k.conversation_id = $1 AND $2::int > 0 AND NOT EXISTS (
         SELECT 1 FROM {messages} answer WHERE answer.conversation_id = k.conversation_id AND answer.direction = 'out' AND answer.number > (
           SELECT min(reply.number) FROM {messages} reply
           WHERE reply.conversation_id = k.conversation_id AND reply.direction = 'in' AND reply.number > k.number))`,
      [conversationId, Number(typed)],
    )
    return row?.choice ? { kind: 'press', value: row.choice.value, text: row.choice.text } : content
  }
}
