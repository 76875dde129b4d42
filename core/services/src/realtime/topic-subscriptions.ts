import { currentContext, type PluginHandle } from '@parley/kernel'
import { ParleyError, type Actor, type Logger, type Topic } from '@parley/plugin-api'
import { validate } from '../validation/index.ts'
import { roomOf, topicOfRoom } from './room.ts'

interface Declared {
  readonly plugin: PluginHandle
  readonly topic: Topic
}

export interface Subscriber {
  readonly actor: Actor
  readonly address: string
  readonly requestId: string
}

/** The topics that plugins declare, and who may follow them. */
export class TopicSubscriptions {
  readonly #topics = new Map<string, Declared>()

  constructor({ plugins, log }: { plugins: readonly PluginHandle[]; log: Logger }) {
    for (const plugin of plugins) {
      for (const topic of plugin.declarations.topics) {
        const { id } = topic.type
        const other = this.#topics.get(id)
        if (other === undefined) this.#topics.set(id, { plugin, topic })
        else log.error('a topic is declared twice; the first declaration counts', { topic: id, first: other.plugin.id, second: plugin.id })
      }
    }
  }

  /** The room of a topic's key, when the actor may follow it. */
  async admit(topic: string, key: unknown, subscriber: Subscriber): Promise<string> {
    const declared = this.#declared(topic)
    const valid = this.#valid(declared, key)
    if (await this.#allows(declared, valid, subscriber)) return roomOf(topic, valid)
    throw new ParleyError('forbidden', `You may not follow "${topic}" for this key. Ask an administrator for the permission.`)
  }

  /** The room of a topic's key, whoever asks. */
  room(topic: string, key: unknown): string {
    return roomOf(topic, this.#valid(this.#declared(topic), key))
  }

  /** Whether the actor may still follow what it follows. */
  async mayStay(room: string, subscriber: Subscriber): Promise<boolean> {
    const { topic, key } = topicOfRoom(room)
    return await this.#allows(this.#declared(topic), key, subscriber)
  }

  #declared(topic: string): Declared {
    const declared = this.#topics.get(topic)
    if (declared !== undefined) return declared
    throw new ParleyError('not_found', `The topic "${topic}" does not exist. Its plugin may be disabled, or newer than this page: reload it.`)
  }

  #valid({ topic }: Declared, key: unknown): unknown {
    return validate(topic.type.key, key, `The key of the topic "${topic.type.id}"`)
  }

  #allows({ plugin, topic }: Declared, key: unknown, { actor, address, requestId }: Subscriber): Promise<boolean> {
    const context = { requestId: currentContext()?.requestId ?? requestId, actor, address }
    return plugin.run(context, (cradle) => topic.allow(key, actor, cradle))
  }
}
