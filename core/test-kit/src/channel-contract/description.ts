import type { Plugin } from '@parley/plugin-api'
import type { ChannelAccount, MessageKind } from '@parley/plugin-conversations/api'
import type { ProviderSide, SideContext } from './provider-side.ts'

/** A file that a client sends. The fake provider serves its bytes at `url`. */
export interface ProviderFile {
  readonly id: string
  readonly url: string
  readonly name: string
  readonly type: string
  readonly bytes: Uint8Array
}

/** Something that happens at the provider and that it tells us of. `number` is another one for each event, `messageId` for each message. */
export type ProviderEvent = {
  readonly number: number
  readonly chatId: string
  readonly at: Date
} & (
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image' | 'file' | 'audio' | 'video' | 'sticker'; readonly file: ProviderFile; readonly caption?: string }
  | { readonly type: 'location'; readonly latitude: number; readonly longitude: number }
  | { readonly type: 'contact'; readonly phone: string; readonly name: string }
  /** The client presses a button that was sent with this value. */
  | { readonly type: 'press'; readonly value: string; readonly text: string }
  /** The client comes by a deep link. */
  | { readonly type: 'start'; readonly parameter: string }
  | { readonly type: 'blocked' | 'unblocked' }
  /** What became of a message; `id` is what `shows` gave it. */
  | { readonly type: 'receipt'; readonly id: string; readonly state: 'delivered' | 'read' }
  /** It was taken, and turns out not to arrive. */
  | { readonly type: 'receipt'; readonly id: string; readonly state: 'failed'; readonly reason: string }
  /** A kind of update or message that does not exist yet. */
  | { readonly type: 'unknown' }
)

/** A request of the driver to its provider. */
export interface ProviderRequest {
  /** From 1, in the order they came: good for ids of messages. */
  readonly number: number
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  /** The text of the body; of a form with files, its fields as JSON, each file as `{ name, type, size }`. */
  readonly text: string
  /** The same, parsed, when it is JSON or a form. */
  readonly body: any
  /** Address of the fake provider, without a slash at the end. */
  readonly origin: string
}

export interface ProviderAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Objects are sent as JSON. */
  readonly body?: object | string | Uint8Array
}

export interface ShownButton {
  readonly text: string
  readonly value?: string | undefined
  readonly url?: string | undefined
  /** It asks for the client's number or place. */
  readonly asks?: 'contact' | 'location' | undefined
}

/** What the client sees of a request, in words that are the same for all channels. */
export interface ShownMessage {
  readonly chatId: string
  readonly kind: MessageKind
  /** Text, or the caption of a file. */
  readonly text?: string | undefined
  /** The text is markup. */
  readonly html?: boolean | undefined
  /** In rows. */
  readonly buttons?: readonly (readonly ShownButton[])[] | undefined
  /** A file by its address, or by its bytes. */
  readonly file?: { readonly url?: string; readonly size?: number } | undefined
  readonly latitude?: number | undefined
  readonly longitude?: number | undefined
  readonly phone?: string | undefined
  /** The provider's id of the message, as its answer or its receipts name it. */
  readonly id?: string | undefined
  /** What the request carries so that a repeated one is the same message. */
  readonly idempotencyKey?: string | undefined
}

/** What a client has seen, with the request that showed it. */
export type SentMessage = ShownMessage & { readonly request: ProviderRequest }

/** A provider with an HTTP API. The contract starts the server; this says how it speaks. */
export interface HttpProvider {
  /** The provider's form of a chat id; by default the number as text. */
  chatId?(number: number): string
  /**
   * The body by which the provider tells us of an event: objects become JSON. `undefined` when this provider never tells such a thing. `sent` is what the client
   * of this chat has been shown, oldest first, for providers that give back something of it with the client's next words.
   */
  update(event: ProviderEvent, sent: readonly SentMessage[]): object | string | undefined
  /** Headers that prove a body. `now` is the time of the test's clock. */
  sign(body: string, account: ChannelAccount, now: Date): Readonly<Record<string, string>>
  /** How it answers a request when all is well; `undefined` for an address it does not have. `file` finds what a client sent. */
  answer(request: ProviderRequest, file: (id: string) => ProviderFile | undefined): ProviderAnswer | undefined
  /** What the client sees after it; `undefined` for requests that show nothing. */
  shows(request: ProviderRequest): ShownMessage | readonly ShownMessage[] | undefined
  /** The client of this chat sees "typing…". Left out where `capabilities.typing` is false. */
  typing?(request: ProviderRequest): string | undefined
  /** The request sets the address of our webhook, or removes it. Left out where a person does that. */
  webhook?(request: ProviderRequest): { readonly url: string } | 'removed' | undefined
  readonly refusals: {
    readonly rateLimited: (seconds: number) => ProviderAnswer
    /** False when it never says for how long. */
    readonly saysHowLong?: false
    /** The token was revoked or has expired. */
    readonly expiredToken: ProviderAnswer
    /** The client does not want our messages; left out where the provider does not say so. */
    readonly blocked?: ProviderAnswer
    /** It will never take this message, such as one it finds malformed. Default: status 400 without a body. */
    readonly refused?: ProviderAnswer
    /** Default: status 500 with a page of HTML. */
    readonly serverError?: ProviderAnswer
    /** True when the provider's documentation promises that nothing was taken after such an answer. */
    readonly serverErrorTakesNothing?: true
  }
}

/**
 * What the author of a channel says of it; the contract does the rest.
 * What the channel can do is not said again here: it is read from the driver's `capabilities`.
 */
export interface ChannelDescription {
  /** In the names of the tests. */
  readonly name: string
  /** What runs: the channel, and what it needs (`@parley/plugin-conversations`, `@parley/plugin-clients`). */
  readonly plugins: readonly (Plugin | { readonly default: Plugin })[]
  /** The driver's key in `conversations.channels@1`. */
  readonly channel: string
  /** What a person enters to connect an account; `origin` is the address of the fake provider. */
  account(origin: string): Record<string, unknown>
  /** A receipt is about everything that was sent to the chat before, too: Viber's "seen", a watermark. Left out where each is about one message. */
  readonly receiptsUpTo?: boolean
  /** An HTTP API, or for channels that are none (a socket of their own) what stands in for their clients. */
  readonly provider: HttpProvider | ((context: SideContext) => Promise<ProviderSide>)
}
