import type { Readable } from 'node:stream'
import type { Actor, Permission } from './actor.ts'
import type { Migration } from './database.ts'
import type { EventType, TopicType } from './references.ts'
import type { Output, Schema } from './schema.ts'

/** Kinds of work a process may take on; each kind of contribution belongs to one. */
export type Role = 'web' | 'worker' | 'realtime' | 'connector' | 'scheduler' | 'runner'

// ── routes ────────────────────────────────────────────────────────────────────────────────────────────────────────

type MaybeSchema = Schema<any> | undefined

/** Who may call a route, with what, and what it answers. Without `permission` every signed-in person may. */
export interface RouteOptions<B extends MaybeSchema, Q extends MaybeSchema, P extends MaybeSchema, R extends MaybeSchema> {
  /** `user` (default): a signed-in person or an API key. `webhook`: raw body, the plugin verifies the signature. `public`: anybody. */
  readonly auth?: 'user' | 'service' | 'webhook' | 'public'
  /** Asked of the actor before the handler runs; a function when it depends on the call. */
  readonly permission?: Permission | ((call: { params: Output<P>; query: Output<Q>; body: Output<B> }) => { permission: Permission; botId?: string })
  readonly body?: B
  readonly query?: Q
  readonly params?: P
  /** What a 200 answers; validated in tests, documented always. */
  readonly response?: R
  /** Accepts multipart/form-data: fields are validated by `body`, files arrive as `call.files`, already streamed to the file store. */
  readonly multipart?: { readonly maxBytes: number; readonly maxFiles?: number }
  /** Bytes of a request body that are read at most; default 1 MiB. */
  readonly maxBytes?: number
  /** Absolute paths of the documented product that lead here too, such as `/kw/api/call_node`. */
  readonly aliases?: readonly string[]
  /** Requests a minute for each actor or address; default 600, for `public` 120; webhooks are not limited unless this says so. */
  readonly rateLimit?: number
  /** Why a write on this route needs no audit entry, such as 'a message is its own record'. */
  readonly unaudited?: string
  readonly summary?: string
}

/** A request that has passed the barrier: validated, with a known actor. */
export interface Call<B, Q, P> {
  readonly body: B
  readonly query: Q
  readonly params: P
  readonly actor: Actor
  readonly rawBody: Buffer
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly files: readonly { field: string; id: string; name: string; type: string; size: number; sha256: string }[]
  /** The caller's address, behind trusted proxies only the one they name. */
  readonly address: string
  /** Scheme and host as the caller sees them. */
  readonly origin: string
  /** Aborts when the caller hangs up. */
  readonly signal: AbortSignal
}

/** An answer other than 200 with JSON; made by `reply`. */
export interface Reply {
  readonly kind: 'reply'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly stream?: Readable
}

/** Anything but a 200 with JSON. @example return reply({ status: 302, redirect: '/inbox' }) */
export const reply = (options: {
  status?: number
  headers?: Readonly<Record<string, string>>
  body?: unknown
  stream?: Readable
  redirect?: string
}): Reply => ({
  kind: 'reply',
  status: options.status ?? (options.redirect === undefined ? 200 : 302),
  headers: { ...options.headers, ...(options.redirect === undefined ? {} : { location: options.redirect }) },
  ...(options.body === undefined ? {} : { body: options.body }),
  ...(options.stream === undefined ? {} : { stream: options.stream }),
})

type PathParams<P extends MaybeSchema> = P extends Schema<infer Out> ? Out : Record<string, string>
type AnyOutput<S extends MaybeSchema> = S extends Schema<infer Out> ? Out : undefined

type Verb<Cr> = <
  B extends MaybeSchema = undefined,
  Q extends MaybeSchema = undefined,
  P extends MaybeSchema = undefined,
  R extends MaybeSchema = undefined,
>(
  path: string,
  options: RouteOptions<B, Q, P, R>,
  handle: (call: Call<AnyOutput<B>, AnyOutput<Q>, PathParams<P>>, cradle: Cr) => Promise<unknown>,
) => Route

/** Paths are relative to `/api/v1/<plugin-id>`, with `auth: 'webhook'` to `/hooks/<plugin-id>`; `:name` is a parameter. */
export interface RouteBuilder<Cr> {
  get: Verb<Cr>
  post: Verb<Cr>
  put: Verb<Cr>
  patch: Verb<Cr>
  delete: Verb<Cr>
}

/** A declared route, as the host reads it. */
export interface Route {
  readonly kind: 'route'
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly options: RouteOptions<any, any, any, any>
  readonly handle: (call: Call<any, any, any>, cradle: any) => Promise<unknown>
}

// ── jobs ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What a job carries, how many run at once, how it is found again when it was lost. */
export interface JobOptions<P, Cr> {
  readonly payload: Schema<P>
  /** Handlers at once in one process; default 10. */
  readonly concurrency?: number
  /** Tries before the job is given up (its row is found again by `due`); default 5, with growing pauses. */
  readonly attempts?: number
  /** The lane: in one process jobs of one lane never overlap, and a job is dropped while another of its lane waits. The handler drains the lane. */
  readonly orderBy?: (payload: P) => string
  /** A cron expression, or `every 30s`; one run per tick for any number of processes. The payload is `{}`. */
  readonly schedule?: string
  /**
   * The reconciler: payloads of rows that have been due for too long, asked at start and every `dueEvery` milliseconds (default 5,000) by one
   * process. This is what makes an emptied Redis or a killed process lose nothing.
   */
  readonly due?: (cradle: Cr) => Promise<readonly P[]>
  readonly dueEvery?: number
}

/**
 * Declares a job of the plugin, which its `queue` adds by name.
 *
 * @example jobs: (job) => [job('send', { payload: z.object({ id: z.uuid() }), orderBy: ({ id }) => id }, ({ id }, { sender }) => sender.send(id))]
 */
export type JobBuilder<Cr> = <P extends object>(
  name: string,
  options: JobOptions<P, Cr>,
  handle: (payload: P, cradle: Cr, signal: AbortSignal) => Promise<void>,
) => Job

/** A declared job, as the host reads it. */
export interface Job {
  readonly kind: 'job'
  readonly name: string
  readonly options: JobOptions<any, any>
  readonly handle: (payload: any, cradle: any, signal: AbortSignal) => Promise<void>
}

// ── events ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What is known of a delivery beside the payload. */
export interface EventMeta {
  /** The same at every delivery of one event: what makes a handler idempotent. */
  readonly id: string
  readonly at: Date
}

/**
 * Declares what happens when another plugin tells something. May be called more than once for one event.
 *
 * @example on: (on) => [on(requestClosed, ({ requestId }, { surveys }, { id }) => surveys.ask(requestId, { key: id }))]
 */
export type SubscriptionBuilder<Cr> = <P>(event: EventType<P>, handle: (payload: P, cradle: Cr, meta: EventMeta) => Promise<void>) => Subscription

/** A declared subscription, as the host reads it. */
export interface Subscription {
  readonly kind: 'subscription'
  readonly event: EventType<any>
  readonly handle: (payload: any, cradle: any, meta: EventMeta) => Promise<void>
}

// ── realtime ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** Declares a live feed of the shell and who may follow which key. */
export type TopicBuilder<Cr> = <K, P>(
  type: TopicType<K, P>,
  options: { readonly allow: (key: K, actor: Actor, cradle: Cr) => Promise<boolean> },
) => Topic

/** A declared topic, as the host reads it. */
export interface Topic {
  readonly kind: 'topic-declaration'
  readonly type: TopicType<any, any>
  readonly allow: (key: any, actor: Actor, cradle: any) => Promise<boolean>
}

// ── sockets: traffic from browsers that are not people of the shell ───────────────────────────────────────────────

/** What a page says and what is known of it before it is let in. */
export interface Handshake<H> {
  readonly data: H
  /** The page's origin as the browser states it. */
  readonly origin: string | undefined
  /** The origin at which the page reached this installation, such as `https://chat.example.com`. */
  readonly site: string
  readonly address: string
  readonly userAgent: string | undefined
}

/** One open page. */
export interface SocketConnection {
  readonly id: string
  readonly actor: Actor
  readonly address: string
  /** From now on everything sent to the topic's key reaches this connection as the event `topic`, with its sequence number. */
  subscribe<K>(topic: TopicType<K, any>, key: K): Promise<void>
  /** To this connection alone. */
  send(event: string, payload: unknown): void
}

/** An event that a page may send. */
export interface SocketEvent<Cr> {
  readonly payload: Schema<any>
  /** The answer is the acknowledgement: return only after the commit. A thrown ParleyError is acknowledged as problem+json. */
  readonly handle: (payload: any, connection: SocketConnection, cradle: Cr) => Promise<unknown>
}

/** Declares a namespace for pages outside the shell: who gets in, what they may send. */
export type SocketBuilder<Cr> = <H>(
  name: string,
  options: {
    readonly handshake: Schema<H>
    /** Decides the origin and the actor; throw to refuse. */
    readonly authenticate: (handshake: Handshake<H>, cradle: Cr) => Promise<Actor>
    readonly events: Readonly<Record<string, SocketEvent<Cr>>>
    readonly connected?: (connection: SocketConnection, cradle: Cr) => Promise<void>
    readonly disconnected?: (connection: SocketConnection, cradle: Cr) => Promise<void>
    /** Events a second for each connection; default 10. */
    readonly rateLimit?: number
  },
) => Socket

/** The namespace is `/<plugin-id>/<name>`. */
export interface Socket {
  readonly kind: 'socket'
  readonly name: string
  readonly options: {
    readonly handshake: Schema<any>
    readonly authenticate: (handshake: Handshake<any>, cradle: any) => Promise<Actor>
    readonly events: Readonly<Record<string, SocketEvent<any>>>
    readonly connected?: (connection: SocketConnection, cradle: any) => Promise<void>
    readonly disconnected?: (connection: SocketConnection, cradle: any) => Promise<void>
    readonly rateLimit?: number
  }
}

// ── connectors ────────────────────────────────────────────────────────────────────────────────────────────────────

/** Declares long work that one process at a time does for each key, such as polling an account. */
export type ConnectorBuilder<Cr> = (
  name: string,
  options: {
    /** Asked every few seconds; a key that is gone is stopped. */
    readonly keys: (cradle: Cr) => Promise<readonly string[]>
    /** Runs until the signal aborts; exactly one process at a time holds the key's lease. A throw restarts it with growing pauses. */
    readonly run: (key: string, cradle: Cr, signal: AbortSignal) => Promise<void>
  },
) => Connector

/** A declared connector, as the host reads it. */
export interface Connector {
  readonly kind: 'connector'
  readonly name: string
  readonly keys: (cradle: any) => Promise<readonly string[]>
  readonly run: (key: string, cradle: any, signal: AbortSignal) => Promise<void>
}

// ── settings, contributions, migrations, demo ─────────────────────────────────────────────────────────────────────

/** A page drawn from its schema; secrets are the properties whose JSON Schema has `format: 'password'`. */
export interface SettingsPage<T = any> {
  readonly id: string
  readonly title: string
  readonly schema: Schema<T>
  readonly scope: 'instance' | 'bot' | 'account'
  readonly permission: Permission
}

/** What a plugin adds to a point of another; made by `add` when somebody first reads the point. */
export interface Contribution {
  readonly kind: 'contribution'
  readonly point: { readonly id: string }
  readonly key: string
  readonly create: (cradle: any) => unknown
}

/** Steps of the plugin's schema by their keys, in whose order they run. A step that was released is never changed. */
export type Migrations = Readonly<Record<string, Migration>>

/** A view other plugins may read: the migrator creates it as `published_<name>` after the plugin's migrations. Listed in the owner's api. */
export type PublishedViews = Readonly<Record<string, string>>
