import { randomUUID } from 'node:crypto'
import { createTestHost, type TestHost, type TestHostOptions } from '@parley/test-kit'
import type { Clock, Within } from '@parley/plugin-api'
import clientsPlugin from '@parley/plugin-clients'
import { clients } from '@parley/plugin-clients/api'
import type { Bots, Conversations, Outbox, OutgoingMessage } from '@parley/plugin-conversations/api'
import identity from '@parley/plugin-identity'
import { users } from '@parley/plugin-identity/api'
import type { ScenarioRuns } from '@parley/plugin-scenario-runtime/api'
import type { Request } from '../src/api/index.ts'
import panel from '../src/server/plugin.ts'
import type { Opener, Opening } from '../src/server/opener.ts'

/** What the panel asked of its neighbours, after the commit only. */
export class Neighbours {
  readonly holders = new Map<string, string>()
  readonly shown: { conversationId: string; message: OutgoingMessage }[] = []
  readonly sent: { conversationId: string; message: OutgoingMessage }[] = []
  readonly runs: { call: 'resume' | 'leave' | 'goto'; conversationId: string; outcome: string }[] = []

  readonly conversations: Partial<Conversations> = {
    hold: async (conversationId, holder, options) => after(options?.within, () => void this.holders.set(conversationId, holder)),
    messages: async () => ({ messages: [], more: false }),
  }
  readonly outbox: Partial<Outbox> = {
    show: async (conversationId, messages, options) => this.#keep(this.shown, conversationId, messages, options?.within),
    send: async (conversationId, messages, options) => this.#keep(this.sent, conversationId, messages, options?.within),
  }
  readonly bots: Partial<Bots> = { list: async () => [] }
  readonly scenarios: Partial<ScenarioRuns> = {
    resume: async (conversationId, _waitId, outcome, _data, options) =>
      after(options?.within, () => void this.runs.push({ call: 'resume', conversationId, outcome })),
    leave: async (conversationId, _waitId, outcome, _data, options) =>
      after(options?.within, () => void this.runs.push({ call: 'leave', conversationId, outcome })),
    goto: async (conversationId, alias, _data, options) =>
      after(options?.within, () => void this.runs.push({ call: 'goto', conversationId, outcome: alias })),
    history: async () => [],
  }

  async #keep(
    list: Neighbours['shown'],
    conversationId: string,
    messages: readonly OutgoingMessage[],
    within: Within | undefined,
  ): Promise<string[]> {
    after(within, () => void list.push(...messages.map((message) => ({ conversationId, message }))))
    return messages.map(() => randomUUID())
  }
}

const after = (within: Within | undefined, work: () => void): void => (within === undefined ? work() : within.afterCommit(work))

export class Panel {
  readonly botId = randomUUID()
  readonly neighbours: Neighbours
  readonly host: TestHost<Clock>

  constructor(host: TestHost<Clock>, neighbours: Neighbours) {
    this.host = host
    this.neighbours = neighbours
  }

  static async start(options: Partial<TestHostOptions> = {}): Promise<Panel> {
    const neighbours = new Neighbours()
    const host = await createTestHost({
      plugins: [identity, clientsPlugin, panel],
      fakes: {
        'conversations.conversations@1': neighbours.conversations,
        'conversations.outbox@1': neighbours.outbox,
        'conversations.bots@1': neighbours.bots,
        'scenario-runtime.runs@1': neighbours.scenarios,
      },
      ...options,
      time: 'real',
    })
    return new Panel(host, neighbours)
  }

  /** Somebody with the role, in the status; the actor of the calls made as them. */
  async operator(name: string, options: { status?: string; maxDialogs?: number; role?: string } = {}): Promise<{ id: string; token: string }> {
    const user = await this.host.service(users).create({
      email: `${name}-${randomUUID().slice(0, 8)}@example.com`,
      firstName: name,
      lastName: 'T',
      roles: [options.role ?? 'operator'],
      password: 'a long enough password 1',
    })
    const token = await this.signIn(user.email)
    await this.run(async ({ operatorStore }) => operatorStore.ensure(user.id))
    if (options.maxDialogs !== undefined) await this.run(async ({ operatorStore }) => operatorStore.setLimits(user.id, options.maxDialogs, {}))
    if (options.status !== undefined) await this.setStatus(user.id, options.status)
    return { id: user.id, token }
  }

  async setStatus(userId: string, code: string): Promise<void> {
    await this.run(async ({ operatorStore, operatorStatus }) => {
      const status = (await operatorStore.statuses()).find((each: { code: string }) => each.code === code)
      await operatorStatus.set(userId, status.id)
    })
  }

  async signIn(login: string): Promise<string> {
    const response = await fetch(`${this.host.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login, password: 'a long enough password 1' }),
    })
    return ((await response.json()) as { accessToken: string }).accessToken
  }

  async call<T = any>(token: string, method: string, path: string, body?: object): Promise<{ status: number; body: T }> {
    const response = await fetch(`${this.host.url}/api/v1/operator-panel/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as T }
  }

  /** A client's conversation with a request, opened as the scenario's action opens one. */
  async open(options: Partial<Opening> & { client?: string } = {}): Promise<{ requestId: string; conversationId: string }> {
    const conversationId = randomUUID()
    const { client, ...opening } = options
    const { clientId } = await this.host.service(clients).identify({
      accountId: this.botId,
      channel: opening.channel ?? 'widget',
      chatId: conversationId,
      sender: { id: conversationId, firstName: client ?? 'Client' },
    })
    const requestId = await this.run(async ({ opener, db }: { opener: Opener; db: any }) => {
      const batch = db.batch()
      const opened = await opener.open(
        { conversationId, botId: this.botId, clientId, channel: 'widget', queue: false, autoConnect: false, waitId: conversationId, ...opening },
        { within: batch },
      )
      await batch.commit()
      return opened.requestId
    })
    return { requestId, conversationId }
  }

  async request(id: string): Promise<Request> {
    return this.run(async ({ opener }) => opener.get(id))
  }

  run<T>(work: (cradle: any) => Promise<T>): Promise<T> {
    return this.host.run('operator-panel', work)
  }

  async stop(): Promise<void> {
    await this.host.stop()
  }
}
