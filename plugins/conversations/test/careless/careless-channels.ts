import { randomUUID } from 'node:crypto'
import { definePlugin, type Plugin, type RouteBuilder } from '@parley/plugin-api'
import { z } from 'zod'
import { channels, type ChannelDriver, type Inbox } from '../../src/api/index.ts'
import { bareChannel } from '../bare-channel.ts'

const wrong = (change: (driver: ChannelDriver) => Partial<ChannelDriver>, routes: unknown = bareChannel.spec.routes): Plugin =>
  definePlugin({
    ...(bareChannel.spec as object),
    id: 'channel-bare',
    contributes: (add) => [
      add(channels, 'bare', (cradle) => {
        const { driver } = cradle as unknown as { driver: ChannelDriver }
        return { ...driver, ...change(driver) }
      }),
    ],
    routes: routes as never,
  })

const trustingRoutes = (http: RouteBuilder<{ inbox: Inbox }>) => [
  http.post('/:account', { auth: 'webhook', params: z.object({ account: z.uuid() }) }, async ({ params, rawBody }, { inbox }) => {
    await inbox.receive(params.account, JSON.parse(rawBody.toString()), { raw: rawBody })
    return {}
  }),
]

/** The channel of texts only, each with one thing done wrong, and the cases that must notice. */
export const carelessChannels: Readonly<Record<string, { readonly plugin: Plugin; readonly noticed: readonly string[] }>> = {
  'believes everybody': {
    plugin: wrong(() => ({}), trustingRoutes),
    noticed: ['a wrong signature, and stores nothing', 'a missing signature, and stores nothing'],
  },
  'takes every copy for new': {
    plugin: wrong(({ receive }) => ({
      receive: (payload, account) => receive(payload, account).map((event) => ({ ...event, key: randomUUID() })),
    })),
    noticed: ['the same update once, however often it comes'],
  },
  'sends again what may have arrived': {
    plugin: wrong(({ send }) => ({
      send: async (message, account, signal) => {
        const result = await send(message, account, signal)
        return result.outcome === 'unknown' ? { outcome: 'refused', reason: result.reason, retry: true } : result
      },
    })),
    noticed: ['a connection that is lost after the request'],
  },
  'gives up when it is told to wait': {
    plugin: wrong(({ send }) => ({
      send: async (message, account, signal) => {
        const result = await send(message, account, signal)
        return result.outcome === 'refused' && result.retryAfter !== undefined ? { outcome: 'refused', reason: result.reason, retry: false } : result
      },
    })),
    noticed: ['"too many requests": waits as long as it is told, then goes on in order'],
  },
  'tells its secret': {
    plugin: wrong(({ check }) => ({
      check: async (account, signal) => {
        const health = await check!(account, signal)
        return { ...health, text: `${health.text} (${account.config.secret})` }
      },
    })),
    noticed: ['left no secret in logs, reasons and health'],
  },
  'falls over': {
    plugin: wrong(() => ({
      receive: (payload) => {
        const { id, phone, text } = payload as { id: string; phone: string; text: string }
        return [{ type: 'message', key: id, chatId: phone.trim(), sender: { id: phone }, content: { kind: 'text', text } }]
      },
    })),
    noticed: ['what has another shape, without falling over'],
  },
}
