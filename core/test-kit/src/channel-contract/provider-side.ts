import type { ChannelAccount } from '@parley/plugin-conversations/api'
import type { TestHost } from '../test-host.ts'
import type { ProviderEvent, ProviderFile, ProviderRequest, ShownMessage } from './description.ts'

export interface SideContext {
  readonly host: TestHost
  /** The connected account. */
  account(): ChannelAccount
}

/** What the next requests meet: one each, in order. */
export type ProviderFailure = { readonly rateLimited: number } | 'server-error' | 'blocked' | 'refused' | 'hang' | 'reset'

/** An answer as it went over the line. */
export interface Answered {
  readonly status: number
  readonly text: string
}

/** The other side of a channel as the cases of the contract use it. */
export interface ProviderSide {
  /** Where the driver finds it. */
  readonly origin: string
  chatId(number: number): string
  /** A file that a client can send. */
  file(name: string, type: string, bytes: Uint8Array): ProviderFile
  /** Tells Parley; answers `undefined` when the provider never tells such a thing, else the status of the answer (200 where there is none). */
  deliver(event: ProviderEvent): Promise<number | undefined>
  /** What clients have seen, oldest first. */
  shown(): readonly ShownMessage[]
  /** Chats that saw "typing…". */
  typed(): readonly string[]
  /** What the driver asked of the provider, oldest first. An answer that never came is none. */
  readonly asked?: readonly { readonly request: ProviderRequest; readonly answer?: Answered }[]
  /** What our webhook answered, oldest first. */
  readonly told?: readonly Answered[]
  /** The client is not there for a while, where that makes a difference. */
  leave?(chatId: string): Promise<void>
  comeBack?(chatId: string): Promise<void>
  /** Everything that only a provider with an HTTP API has; `undefined` for a channel that delivers by itself. */
  readonly api?: ProviderApi
  stop(): Promise<void>
}

export interface ProviderApi {
  /** A request to our webhook with this very body. `proof`: how it is signed. */
  post(body: string | Uint8Array, proof: 'good' | 'bad' | 'none'): Promise<number>
  /** The body of an event, not sent. */
  body(event: ProviderEvent): string | undefined
  failNext(...failures: readonly ProviderFailure[]): void
  /** From now on every request meets it, until `undefined`. */
  failAll(failure: 'expired-token' | 'down' | undefined): Promise<void>
  /** Requests that will never be answered, and whose caller has not given up. */
  readonly hanging: number
  /** Requests that came in all, also those that failed. */
  readonly requests: number
  /** The webhook as the provider knows it; `undefined` when there is none. */
  webhook(): string | undefined
  /** Left out where a person sets the webhook, and where nothing is said of the error. */
  readonly knows: { readonly webhook: boolean; readonly blocked: boolean; readonly howLong: boolean; readonly serverErrorTakesNothing: boolean }
}
