import {
  isParleyError,
  ParleyError,
  type Clock,
  type Files,
  type HttpClient,
  type Logger,
  type PluginDatabase,
  type Realtime,
} from '@parley/plugin-api'
import { dialogTopic, type ChannelAccount, type Media, type Message, type MessageContent } from '../../api/index.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Config } from '../config.ts'
import type { MediaFetch, MediaStore } from './media-store.ts'

interface Fetched {
  readonly content: Uint8Array
  readonly type?: string | undefined
  readonly name?: string | undefined
}
type WithMedia = Extract<MessageContent, { media?: Media | undefined }>

const seconds = 60
const longestPause = 300_000

interface Parts {
  readonly db: PluginDatabase
  readonly mediaStore: MediaStore
  readonly accounts: Accounts
  readonly files: Files
  readonly http: HttpClient
  readonly realtime: Realtime
  readonly clock: Clock
  readonly log: Logger
  readonly config: Config
}

/** Brings files of clients into the own store: links of providers expire. The message is shown meanwhile, and stays when the file cannot be had. */
export class MediaFetcher {
  readonly #parts: Parts

  constructor({ db, mediaStore, accounts, files, http, realtime, clock, log, config }: Parts) {
    this.#parts = { db, mediaStore, accounts, files, http, realtime, clock, log, config }
  }

  async fetch(messageId: string, signal: AbortSignal): Promise<void> {
    const { mediaStore, clock, config, log } = this.#parts
    const now = clock.now()
    const fetch = await mediaStore.claim(messageId, now, new Date(now.getTime() + 2 * seconds * 1000))
    if (fetch === undefined) return
    const content = fetch.message.content as WithMedia
    const media = content.media ?? {}
    try {
      await this.#finish(fetch, await this.#rehosted(fetch, media, signal))
    } catch (caught) {
      if (signal.aborted) return await mediaStore.later(messageId, now)
      const error = wasTooLarge(caught) ? tooLarge(config.media.maxBytes) : caught
      log.warn('the file of a message could not be fetched', { messageId, attempt: fetch.attempts, error })
      if (isHopeless(error) || fetch.attempts >= config.media.attempts) return await this.#finish(fetch, { ...media, failure: reasonOf(error) })
      await mediaStore.later(messageId, new Date(clock.now().getTime() + Math.min(5_000 * 2 ** fetch.attempts, longestPause)))
    }
  }

  async #rehosted({ accountId }: MediaFetch, media: Media, signal: AbortSignal): Promise<Media> {
    const { accounts, files, config } = this.#parts
    if ((media.size ?? 0) > config.media.maxBytes) throw tooLarge(config.media.maxBytes)
    const account = await accounts.get(accountId)
    if (account === undefined) throw new ParleyError('invalid_input', 'The channel account was deleted.')
    const { content, type, name } = await this.#download(media, account, signal)
    if (content.byteLength > config.media.maxBytes) throw tooLarge(config.media.maxBytes)
    // read when the first file comes
    const { fileTypeFromBuffer } = await import('file-type')
    const found = await fileTypeFromBuffer(content)
    const file = await files.put({
      name: media.name ?? name ?? `file${found === undefined ? '' : `.${found.ext}`}`,
      type: found?.mime ?? type ?? media.type ?? 'application/octet-stream',
      content,
      maxBytes: config.media.maxBytes,
    })
    const { providerRef: _, failure: __, ...kept } = media
    return { ...kept, fileId: file.id, url: files.url(file), name: file.name, type: file.type, size: file.size }
  }

  async #download(media: Media, account: ChannelAccount, signal: AbortSignal): Promise<Fetched> {
    const { accounts, http, config } = this.#parts
    const driver = accounts.driver(account.channel)
    const limit = config.media.maxBytes
    if (driver?.fetchMedia !== undefined && (media.providerRef !== undefined || media.url === undefined)) {
      const { content, type, name } = await driver.fetchMedia(media, account, signal)
      return { content: await collect(content, limit), type, name }
    }
    if (media.url === undefined) throw new ParleyError('invalid_input', 'The message names no address of its file.')
    const response = await http(media.url, { signal, timeout: seconds * 1000, maxBytes: limit })
    if (!response.ok) throw new ParleyError('outbound_refused', `The address of the file answered ${response.status}.`)
    return { content: await response.bytes(), type: response.headers['content-type']?.split(';')[0] }
  }

  async #finish({ message }: MediaFetch, media: Media): Promise<void> {
    const { db, mediaStore, realtime } = this.#parts
    const content = { ...message.content, media } as MessageContent
    const shown: Message = { ...message, content }
    const batch = db.batch()
    await mediaStore.done(message.id, content, batch)
    await realtime.send(dialogTopic, { conversationId: message.conversationId }, { type: 'message', message: shown }, { within: batch })
    await batch.commit()
  }
}

/** Another try would end in the same way. */
const isHopeless = (error: unknown): boolean =>
  isParleyError(error, 'too_large') || isParleyError(error, 'outbound_blocked') || isParleyError(error, 'invalid_input')

const wasTooLarge = (error: unknown): boolean => isParleyError(error, 'outbound_unknown') && error.details?.['maxBytes'] !== undefined

const tooLarge = (limit: number): ParleyError => new ParleyError('too_large', `The file is larger than ${Math.floor(limit / 1024 / 1024)} MiB.`)

const collect = async (content: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of content) {
    size += chunk.byteLength
    if (size > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 500)
