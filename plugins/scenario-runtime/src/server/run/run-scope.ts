import type { Conversation } from '@parley/plugin-conversations/api'
import type { CompiledScenario } from '../compiled-scenario.ts'
import type { TemplateScope } from '../templates/template.ts'

type Values = Readonly<Record<string, unknown>>

const own = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Values)[key] : undefined

/** Where `{{name}}` looks: what the run has set, the scenario's constants in the client's language, then the conversation itself. */
export class RunScope implements TemplateScope {
  readonly #constants: Values
  readonly #scenario: CompiledScenario
  readonly #conversation: Conversation
  readonly #instanceSettings: Values

  constructor(constants: Values, scenario: CompiledScenario, conversation: Conversation, instanceSettings: Values) {
    this.#constants = constants
    this.#scenario = scenario
    this.#conversation = conversation
    this.#instanceSettings = instanceSettings
  }

  lookup(path: readonly string[], name: string): unknown {
    const head = path[0] ?? ''
    if (path.length === 1) return this.#named(head)
    const whole = own(this.#constants, name)
    if (whole !== undefined) return whole
    if (head === 'constants') return path.slice(2).reduce(own, this.#named(path[1] ?? ''))
    return path.slice(1).reduce(own, head === 'instance_settings' ? this.#instanceSettings : this.#named(head))
  }

  all(): Values {
    const constants = { ...this.#scenario.constants, ...this.#translation, ...this.#constants }
    return { ...this.#conversationFacts(), ...constants, constants, instance_settings: this.#instanceSettings }
  }

  get #translation(): Values | undefined {
    const { translations, bot } = this.#scenario
    const language = own(this.#constants, 'language')
    return own(translations, typeof language === 'string' ? language : bot.language) as Values | undefined
  }

  #named(name: string): unknown {
    return own(this.#constants, name) ?? own(this.#translation, name) ?? own(this.#scenario.constants, name) ?? own(this.#conversationFacts(), name)
  }

  #conversationFacts(): Values {
    const { channel, chatId, id, clientId } = this.#conversation
    return { channel, chat_id: chatId, conversation_id: id, client_id: clientId, bot_id: this.#scenario.bot.number }
  }
}
