import type { Within } from './database.ts'
import type { EventType, ExtensionPoint, TopicType } from './references.ts'
import type { SettingsPage } from './declarations.ts'

/** One line an entry, a constant message, data as fields; `plugin`, `requestId`, `actor` come from the context. No customer's text at info level. */
export interface Logger {
  debug(message: string, data?: object): void
  info(message: string, data?: object): void
  warn(message: string, data?: object): void
  error(message: string, data?: object): void
}

/** The only source of time, so that tests control it everywhere. */
export interface Clock {
  now(): Date
  /** Rejects with the signal's reason when it aborts first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** Answers a function that cancels. */
  after(milliseconds: number, work: () => void): () => void
  every(milliseconds: number, work: () => void): () => void
}

/** Wakes workers. What must not be lost is a row first; a job only carries its id. */
export interface Queue {
  /**
   * Adds one of the plugin's own jobs by its local name.
   * @param options.delay milliseconds; `key`: a second job with the same key is dropped while the first waits;
   * `within`: the job is added after the commit.
   */
  add<P extends object>(job: string, payload: P, options?: { delay?: number; key?: string; within?: Within }): Promise<void>
}

/** Tells other plugins what happened. Who listens is not known to who tells. */
export interface EventBus {
  /** Stored with the caller's writes when `within` is given. Events that no running plugin subscribes to are not stored; those of a suspended one wait for it. */
  publish<P>(event: EventType<P>, payload: P, options?: { within?: Within }): Promise<void>
}

/** Live messages to open screens. What a screen must not miss is read from the server; a message only says that there is something new. */
export interface Realtime {
  /**
   * Delivered after the commit to everyone subscribed to the key; the sequence number is taken in the same commit. A payload that holds what only
   * the commit makes known, such as a number, is a function: it is called after the commit.
   */
  send<K, P>(topic: TopicType<K, P>, key: K, payload: P | (() => P), options?: { within?: Within }): Promise<void>
}

/** Live views of the registries this plugin owns (or reads): only contributions of running plugins, created at first use. */
export interface Points {
  get<T>(point: ExtensionPoint<T>): ReadonlyMap<string, T>
}

/** What an administrator changes in the product; live, validated, secrets sealed. `scopeId` is the bot's or account's id. */
export interface SettingsStore {
  get<T>(page: SettingsPage<T>, scopeId?: string): Promise<T>
  put<T>(page: SettingsPage<T>, value: T, scopeId?: string): Promise<void>
}

/** Sealing at rest: AES-256-GCM with a key from the environment, or one generated in the data folder. What one plugin sealed no other can open. */
export interface Secrets {
  seal(plain: string): string
  /** Throws `invalid_input` when the text was not sealed with any known key. */
  open(sealed: string): string
  /** 32 bytes for signing or hashing, the same in every process, different for each plugin and purpose. */
  derive(purpose: string): Buffer
  /** The same from every known key: the first signs, any of them verifies, so that a change of keys invalidates nothing at once. */
  deriveAll(purpose: string): readonly Buffer[]
}

/** What the licence holds for this plugin, asked each time: it may change while the process runs. */
export interface Entitlements {
  has(feature: string): boolean
  /** `Infinity` where there is no limit. */
  limit(name: string): number
}

/** How a call to the outside world is made. */
export interface OutboundOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | FormData | ReadableStream
  readonly signal?: AbortSignal
  /** Milliseconds for the whole call; default 10,000. */
  readonly timeout?: number
  /** Bytes of an answer that are read at most; default 1 MiB. */
  readonly maxBytes?: number
}

/** What the outside world answered, whatever its status. The body is read once, and not beyond `maxBytes`. */
export interface OutboundResponse {
  readonly status: number
  readonly ok: boolean
  readonly headers: Readonly<Record<string, string>>
  text(): Promise<string>
  json(): Promise<unknown>
  bytes(): Promise<Uint8Array>
}

/**
 * Calls to the outside world; refuses private addresses unless the deployment allows them.
 * Errors: `outbound_blocked`, `outbound_refused` (nothing arrived), `outbound_unknown` (it may have arrived; `details.maxBytes` when the answer was
 * larger than that).
 */
export type HttpClient = (url: string | URL, options?: OutboundOptions) => Promise<OutboundResponse>

/** One change, as the audit keeps it. */
export interface AuditEntry {
  /** `object.verb`, such as `bot.update`. */
  readonly action: string
  readonly object: { readonly type: string; readonly id: string; readonly title?: string }
  readonly before?: unknown
  readonly after?: unknown
}

/** Who did what, when, before and after. The actor and the address come from the context. Secrets must be masked by the caller. */
export interface Audit {
  record(entry: AuditEntry, options?: { within?: Within }): Promise<void>
}

/** What is known of a file without reading it. */
export interface StoredFile {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly size: number
  readonly sha256: string
}

/** Files of this plugin, kept once for the whole installation. Nobody reaches one without its signed path. */
export interface Files {
  /** Streams to the store; refuses more than `maxBytes` with `too_large` and keeps nothing of it. */
  put(file: { name: string; type: string; content: AsyncIterable<Uint8Array> | Uint8Array; maxBytes?: number }): Promise<StoredFile>
  get(id: string): Promise<StoredFile | undefined>
  read(id: string): Promise<AsyncIterable<Uint8Array>>
  remove(id: string): Promise<void>
  /** A signed path that works without signing in, absolute from the site's root: `/files/<id>/<name>?signature=…`. Does not expire by default; `expiresIn` is in seconds. */
  url(file: Pick<StoredFile, 'id' | 'name'>, options?: { expiresIn?: number }): string
}

/** One value of a gauge. */
export interface GaugeValue {
  readonly value: number
  readonly labels?: Readonly<Record<string, string>>
}

/** Numbers for operators of the platform, at `/metrics`. Names are prefixed with the plugin's id. */
export interface Metrics {
  counter(name: string, help: string, labels?: readonly string[]): { add(labels?: Record<string, string>, value?: number): void }
  /**
   * With `read` the gauge is asked for its values whenever somebody asks for the metrics; what it leaves out is gone then. A read that fails or takes
   * longer than a second leaves what was.
   */
  gauge(
    name: string,
    help: string,
    labels?: readonly string[],
    read?: () => Promise<readonly GaugeValue[]>,
  ): { set(value: number, labels?: Record<string, string>): void }
  /** Seconds. */
  histogram(name: string, help: string, labels?: readonly string[]): { observe(seconds: number, labels?: Record<string, string>): void }
}

/** This installation as it is seen from outside. */
export interface Site {
  /** What the deployer says (`PARLEY_PUBLIC_URL`), without a slash at the end; `undefined` when nobody did: then only a request's `origin` tells. */
  readonly publicUrl: string | undefined
}

/**
 * Rows that processes divide among themselves by writing a token into them. A token says whose claim it is, so that what a process had is given
 * to others a few seconds after its death, however long the claim's own time is.
 *
 * @example UPDATE … SET owner = token, owned_until = now + 45 s; and for a row whose `left(owner::text, 8)` is in `gone()`, `owned_until = now`
 */
export interface Claims {
  /** A UUID that is never used twice. Its first eight digits are this process's mark. */
  token(): string
  /** False when the token's claim may have been given to others, because they may believe this process dead: then the database must be asked. */
  sure(token: string): boolean
  /** Marks of processes that have lately ended, whatever the reason. Mostly empty. */
  gone(): readonly string[]
}
