import { definePlugin, type Clock } from '@parley/plugin-api'
import clients from '@parley/plugin-clients'
import conversations from '@parley/plugin-conversations'
import { bots, channelAccounts, holders, type ConversationHolder, type Turn } from '@parley/plugin-conversations/api'
import { createTestHost, type TestHost } from '@parley/test-kit'
import { io, type Socket } from 'socket.io-client'
import type { VisitorMessage } from '../src/api/index.ts'
import plugin from '../src/server/plugin.ts'

interface Answer<T> {
  readonly ok: boolean
  readonly data: T
  readonly problem?: { readonly code: string; readonly detail: string }
}

export interface SessionPage {
  readonly token: string
  readonly begun: boolean
  readonly messages: readonly VisitorMessage[]
}

/** A host with the widget and nobody who answers: these tests are about the channel. */
export class WidgetHost implements AsyncDisposable {
  readonly host: TestHost<Clock>
  readonly bot: number
  readonly botId: string
  /** What the holder of the conversations was given, in order. */
  readonly received: Turn['item'][]
  readonly #sockets = new Set<Socket>()

  static async start(config: Readonly<Record<string, unknown>>): Promise<WidgetHost> {
    const received: Turn['item'][] = []
    const listener: ConversationHolder = {
      handle: async (turn) => {
        received.push(turn.item)
        await turn.finish(turn.batch())
      },
    }
    const listenerPlugin = definePlugin({ id: 'scenario-runtime', contributes: (add) => [add(holders, 'scenario-runtime', () => listener)] })
    const host = await createTestHost({ plugins: [clients, conversations, plugin, listenerPlugin], time: 'real' })
    const bot = await host.service(bots).create({ name: 'Site' })
    await host.service(channelAccounts).create({ botId: bot.id, channel: 'widget', title: 'Site', config, active: true })
    return new WidgetHost(host, bot, received)
  }

  private constructor(host: TestHost<Clock>, { number, id }: { number: number; id: string }, received: Turn['item'][]) {
    this.host = host
    this.bot = number
    this.botId = id
    this.received = received
  }

  /** A page's socket; rejects with the problem when it is refused. */
  async connect(auth: object = {}, origin = this.host.url): Promise<Socket> {
    const socket = io(`${this.host.url}/channel-widget/visitor`, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      auth: { bot_id: this.bot, ...auth },
      extraHeaders: { origin },
    })
    this.#sockets.add(socket)
    await new Promise<void>((resolve, reject) => {
      socket.on('connect', resolve)
      socket.on('connect_error', (error) => reject(Object.assign(new Error(error.message), (error as { data?: object }).data)))
    })
    return socket
  }

  async ask<T>(socket: Socket, event: string, payload: Readonly<Record<string, unknown>> = {}): Promise<T> {
    const answer = (await socket.timeout(20_000).emitWithAck(event, payload)) as Answer<T>
    if (!answer.ok) throw Object.assign(new Error(answer.problem?.detail), answer.problem)
    return answer.data
  }

  session(socket: Socket): Promise<SessionPage> {
    return this.ask(socket, 'session')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.disconnect()
    await this.host.stop()
  }
}
