import type { JsonSchema } from '@parley/ui-kit'
import type { AccountHealth, ChannelCapabilities, LanguageWords, NextStep, Words } from '../api/index.ts'

/** `text` is the English; `words` the same by language, where the channel says it in several. */
export type Health = Omit<AccountHealth, 'text'> & { readonly text: string; readonly words?: LanguageWords }
export type { NextStep, Words }

export interface Bot {
  readonly id: string
  /** `bot_id` in addresses and in the code of sites. */
  readonly number: number
  readonly name: string
  readonly language: string
  readonly active: boolean
  readonly version: number
}

/** A connected account of a bot. */
export interface Account {
  readonly id: string
  readonly botId: string
  readonly channel: string
  readonly title: string
  /** Saved secrets as marks, which stay what they are when they are sent back. */
  readonly config: Readonly<Record<string, unknown>>
  readonly secretsSet: readonly string[]
  /** Empty when nothing is sent to one. */
  readonly webhookUrl: string
  readonly active: boolean
  readonly health: Health
  readonly version: number
}

/** What can be connected. */
export interface ChannelKind {
  readonly kind: string
  readonly title: string
  readonly icon: string
  readonly about?: { readonly title: Words; readonly text: Words; readonly order?: number }
  readonly form: JsonSchema
  readonly capabilities: ChannelCapabilities
  /** Whether the provider can be asked before saving. */
  readonly checks: boolean
}

/** Something that came in, as it came. */
export interface IntakeLine {
  readonly id: string
  readonly at: string
  readonly payload: string
  readonly events: number
  readonly problem?: string
}
