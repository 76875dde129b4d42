import { createHash } from 'node:crypto'
import type { Clock, PluginDatabase } from '@parley/plugin-api'
import type { MessageContent } from '../../api/index.ts'

// A mark that people do not type, 26 characters in all: fits the shortest limit of a channel.
const prefix = '~p1:'
const key = /^~p1:[A-Za-z0-9_-]{22}$/

type PressContent = Extract<MessageContent, { kind: 'press' }>

/** The short key that stands for a long value of a button: the same value always has the same key. */
export const shortKeyOf = (value: string): string => prefix + createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url')

/** Whether a client pressed a button whose value was too long for the channel. */
export const isShortKey = (content: MessageContent): content is PressContent => content.kind === 'press' && key.test(content.value)

/** Values that were too long for a channel, by the keys that were sent instead. */
export class ButtonValues {
  readonly #db: PluginDatabase
  readonly #clock: Clock

  constructor({ db, clock }: { db: PluginDatabase; clock: Clock }) {
    this.#db = db
    this.#clock = clock
  }

  /** Before the message leaves: a press may come back at once. */
  async keep(values: ReadonlyMap<string, string>): Promise<void> {
    await this.#db.query(
      `INSERT INTO {button_values} (key, value, used_at) SELECT k, v, $3 FROM unnest($1::text[], $2::text[]) AS t(k, v) ORDER BY k
       ON CONFLICT (key) DO UPDATE SET used_at = EXCLUDED.used_at`,
      [[...values.keys()], [...values.values()], this.#clock.now()],
    )
  }

  /** What the client pressed, with the value that the button had here. */
  async restore(content: PressContent): Promise<MessageContent> {
    const [row] = await this.#db.query<{ value: string }>('SELECT value FROM {button_values} WHERE key = $1', [content.value])
    return row === undefined ? content : { ...content, value: row.value }
  }
}
