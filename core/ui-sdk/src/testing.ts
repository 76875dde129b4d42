import { createUiKit } from '@parley/ui-kit'
import { createPinia } from 'pinia'
import { defineComponent, h, ref, type Plugin } from 'vue'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { createApiClient } from './api/api-client.ts'
import { createCommandRegistry, type CommandRegistry } from './commands/command-registry.ts'
import { createPageStack } from './page/page-stack.ts'
import { createUnsavedWork } from './page/unsaved-work.ts'
import { createUiPoints, type UiPoints } from './points/ui-points.ts'
import { createPreferences } from './preferences.ts'
import { createTopicClient, type TopicSocket } from './realtime/topic-client.ts'
import { stableJson } from './realtime/stable-json.ts'
import { runtimeKey, type UiRuntime } from './runtime.ts'
import { createSession, type SessionUser } from './session/session.ts'
import { createTestTexts } from './text/test-texts.ts'
import type { Texts } from './text/texts.ts'

/** A call that the mounted component made. */
export interface TestCall {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: unknown
  readonly headers: Headers
}

/** What stands in for the server and the shell. */
export interface TestUiOptions {
  /** `GET /api/v1/acme/things` → what it answers, or a function of the call. Throw `{ status, code, detail }` for a problem. */
  readonly answers?: Readonly<Record<string, unknown>>
  readonly user?: Partial<SessionUser>
  /** Plugin id → its English messages; a key without a message is shown as it is. */
  readonly locales?: Readonly<Record<string, object>>
  /** In place of `locales`: the words of a whole plugin. */
  readonly texts?: Texts
  /** Told what a boundary caught. */
  readonly report?: UiRuntime['report']
  /** Under which plugin the mounted component runs. */
  readonly pluginId?: string
}

/** What a test holds in its hand: the plugins to mount with, and what happened. */
export interface TestUi {
  /** For `mount(Page, { global: ui.global })`. */
  readonly global: { readonly plugins: Plugin[] }
  readonly calls: TestCall[]
  readonly router: Router
  readonly commands: CommandRegistry
  readonly points: UiPoints
  readonly runtime: UiRuntime
  /** A live message, as if the server sent it. */
  send(topic: string, key: unknown, payload: unknown): void
  /** Cuts the connection and makes it again. */
  reconnect(): void
}

function fakeSocket() {
  const handlers = new Map<string, (...parts: never[]) => void>()
  const sequences = new Map<string, number>()
  const socket = {
    connected: false as boolean,
    active: true,
    on: (event: string, handler: (...parts: never[]) => void) => handlers.set(event, handler),
    connect() {
      socket.connected = true
      handlers.get('connect')?.()
    },
    disconnect() {
      socket.connected = false
      handlers.get('disconnect')?.()
    },
    emit(event: string, ...parts: unknown[]) {
      const [subject, acknowledge] = parts as [{ topic: string; key: unknown }, ((ack: unknown) => void) | undefined]
      if (event === 'subscribe') acknowledge?.({ ok: true, sequence: sequences.get(stableJson(subject)) ?? 0 })
    },
  } satisfies TopicSocket & { active: boolean }
  return {
    socket,
    send(topic: string, key: unknown, payload: unknown) {
      const subject = stableJson({ topic, key })
      const sequence = (sequences.get(subject) ?? 0) + 1
      sequences.set(subject, sequence)
      ;(handlers.get('topic') as ((message: unknown) => void) | undefined)?.({ topic, key, sequence, payload })
    },
  }
}

const problem = (caught: unknown): Response => {
  const { status = 500, ...rest } = caught as { status?: number }
  return new Response(JSON.stringify({ title: 'Problem', code: 'internal', ...rest, status }), { status })
}

function fakeFetch(answers: Readonly<Record<string, unknown>>, calls: TestCall[]): typeof fetch {
  return async (input, init = {}) => {
    const url = new URL(String(input), 'http://test.invalid')
    const method = init.method ?? 'GET'
    const call: TestCall = {
      method,
      path: url.pathname,
      query: url.searchParams,
      body: typeof init.body === 'string' ? JSON.parse(init.body) : init.body,
      headers: new Headers(init.headers),
    }
    calls.push(call)
    const name = `${method} ${url.pathname}`
    if (!(name in answers)) return problem({ status: 404, code: 'not_found', detail: `The test has no answer for "${name}".` })
    try {
      const answer = answers[name]
      const value: unknown = await (typeof answer === 'function' ? (answer as (call: TestCall) => unknown)(call) : answer)
      return value instanceof Response ? value : new Response(value === undefined ? undefined : JSON.stringify(value), { status: 200 })
    } catch (caught) {
      return problem(caught)
    }
  }
}

/**
 * The shell in a component test: real SDK over a server that answers what the test says.
 *
 * @example
 * const ui = createTestUi({ pluginId: 'acme', answers: { 'GET /api/v1/acme/things': { items: [] } }, user: { permissions: ['acme.edit'] } })
 * const page = mount(ThingsPage, { global: ui.global })
 */
export function createTestUi(options: TestUiOptions = {}): TestUi {
  const calls: TestCall[] = []
  const user: SessionUser = { id: 'u1', name: 'Test Person', email: 'test@example.com', roles: ['root'], permissions: ['*'], ...options.user }
  const fetch = fakeFetch(
    {
      'POST /api/v1/auth/refresh': { accessToken: 'test' },
      'GET /api/v1/auth/me': user,
      'POST /api/v1/auth/login': { accessToken: 'test' },
      ...options.answers,
    },
    calls,
  )
  const words = () => ({ network: 'The server cannot be reached.', unexpected: 'The server answered with an error.' })
  const session = createSession({ fetch, words })
  // a test's component expects its person from the first line on
  ;(session.user as { value: SessionUser | undefined }).value = user
  const realtime = fakeSocket()
  const commands = createCommandRegistry({ bindings: () => ({}) })
  const points = createUiPoints()
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:path(.*)*', component: { render: () => undefined } }] })
  const runtime: UiRuntime = {
    api: createApiClient({ fetch, token: () => 'test', refresh: async () => false, words }),
    session,
    topics: createTopicClient({ open: async () => realtime.socket, refresh: async () => true }),
    points,
    commands,
    texts: options.texts ?? createTestTexts(options.locales ?? {}, ref('en')),
    pages: createPageStack(),
    unsaved: createUnsavedWork(),
    preferences: createPreferences({ getItem: () => null, setItem: () => undefined }),
    failure: defineComponent({
      props: ['pluginId', 'error'],
      setup: (props) => () => h('p', { role: 'alert' }, `${props.pluginId}: ${String(props.error)}`),
    }),
    report: options.report ?? (() => undefined),
  }
  return {
    global: {
      plugins: [
        createPinia(),
        router,
        createUiKit(),
        {
          install(app) {
            app.provide(runtimeKey, runtime)
            if (options.pluginId !== undefined) app.provide(Symbol.for('parley.ui.plugin-id'), options.pluginId)
          },
        },
      ],
    },
    calls,
    router,
    commands,
    points,
    runtime,
    send: realtime.send,
    reconnect() {
      realtime.socket.disconnect()
      realtime.socket.connect()
    },
  }
}
