import type { ChannelBench } from './channel-bench.ts'

/** From the client, or to the client. */
export type Way = 'in' | 'out'

const meaning: Readonly<Record<Way, string>> = { in: 'the plainest text of a client does not get in', out: 'the plainest text does not get out' }

/** The plainest text, both ways. Where it does not get through, nothing else will: the cases that need the way fail at once, rather than wait for it. */
export class PlainText {
  readonly #closed = new Map<Way, Error>()
  readonly #told = new Set<Way>()

  async tryOn(bench: ChannelBench): Promise<void> {
    const talk = await this.#attempt('in', () => bench.talk())
    if (talk === undefined) return
    const { chatId, conversation } = talk
    await this.#attempt('out', async () => {
      const [id] = await bench.send(conversation, { kind: 'text', text: 'good day' })
      const { state, reason } = await bench.settled(conversation, id!)
      if (state !== 'sent') throw new Error(`A plain text must be sent. It is ${state}${reason === undefined ? '' : `: ${reason}`}`)
      await bench.until(() => bench.shownIn(chatId).length > 0, 'the text at the client; `shows` of the provider finds it in no request')
    })
  }

  /** Throws what is known of a closed way: the whole story once, then a sentence. */
  allow(way: Way): void {
    const reason = this.#closed.get(way)
    if (reason === undefined) return
    if (this.#told.has(way)) throw new Error(`Not tried, because ${meaning[way]}: ${reason.message.split('\n', 1)[0]}`)
    this.#told.add(way)
    throw reason
  }

  async #attempt<T>(way: Way, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      this.#closed.set(way, error as Error)
      return undefined
    }
  }
}
