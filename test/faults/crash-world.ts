import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import channelCustomPlugin from '@parley/plugin-channel-custom'
import clientsPlugin from '@parley/plugin-clients'
import conversationsPlugin from '@parley/plugin-conversations'
import { bots, channelAccounts } from '@parley/plugin-conversations/api'
import scenarioPlugin from '@parley/plugin-scenario-runtime'
import { scenarios } from '@parley/plugin-scenario-runtime/api'
import { until, type TestDatabase, type TestHost } from '@parley/test-kit'
import { expect } from 'vitest'
import parcelPlugin from './channel/src/server/plugin.ts'
import type { Mortal } from './mortal-host.ts'

export const plugins = [clientsPlugin, conversationsPlugin, scenarioPlugin, channelCustomPlugin, parcelPlugin]
// the shortest there are: time is the test's own, and is moved until nothing waits
export const config = { conversations: { turns: { lease: 1 }, delivery: { lease: 5, timeout: 5 } } }

export type Channel = 'custom' | 'parcel'

/** A request that reached the other side. */
export interface Arrived {
  readonly path: string
  readonly key: string
  readonly text: string
}

/** The other side, which writes down what reaches it. */
export const openLedger = async (): Promise<{ readonly port: number; readonly arrived: Arrived[]; close(): void }> => {
  const arrived: Arrived[] = []
  const sink = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => void chunks.push(chunk))
    request.on('end', () => {
      const { text } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { text: string }
      arrived.push({ path: request.url!, key: String(request.headers['idempotency-key']), text })
      response.setHeader('content-type', 'application/json').end('{"done":"yes"}')
    })
  })
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', () => resolve()))
  const close = (): void => {
    sink.closeAllConnections()
    sink.close()
  }
  return { port: (sink.address() as AddressInfo).port, arrived, close }
}

/** A bot with a scenario and a channel to the ledger; answers the address of its hook. */
export const connect = async (host: TestHost, channel: Channel, port: number, document: object): Promise<string> => {
  const bot = await host.service(bots).create({ name: 'Calls' })
  const library = host.service(scenarios)
  expect(await library.import(bot.id, document)).toMatchObject({ problems: [] })
  await library.publish(bot.id)
  const url = `http://127.0.0.1:${port}/${channel}`
  const [kind, settings] = channel === 'custom' ? ['custom_channel', { custom_channel_url: url }] : ['parcel', { url }]
  const account = await host
    .service(channelAccounts)
    .create({ botId: bot.id, channel: kind as string, title: 'Test', config: settings as object as never, active: true })
  return `/hooks/channel-${channel}/${account.id}`
}

/** A message of the client as its channel brings it. */
export const bodyOf = (channel: Channel, id: string, text: string): object =>
  channel === 'custom' ? { update_id: id, message: { message_id: id, chat: { id: 'chat' }, text } } : { id, chat: 'chat', text }

export interface Row {
  readonly direction: string
  readonly state: string
  readonly text: string
}

export const rowsOf = async (database: TestDatabase): Promise<Row[]> => {
  const { rows } = await database.pool.query<Row>(
    `SELECT direction, state, content ->> 'text' AS text FROM plugin_conversations.messages WHERE direction IN ('in', 'out') ORDER BY number`,
  )
  return rows
}

/** So many answers were made, and nothing is left to do. */
export const isQuiet = async (database: TestDatabase, answers = 1): Promise<boolean> => {
  const { rows } = await database.pool.query<{ quiet: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM plugin_conversations.items) AND NOT EXISTS (SELECT FROM plugin_conversations.deliveries)
       AND (SELECT count(*) FROM plugin_conversations.messages WHERE direction = 'out') >= $1 AS quiet`,
    [answers],
  )
  return rows[0]?.quiet === true
}

/** Moves time until nothing waits, or the host is dead. */
export const pass = async (
  host: TestHost,
  database: TestDatabase,
  { mortal, answers = 1 }: { mortal?: Mortal; answers?: number } = {},
): Promise<void> => {
  for (let step = 0; step < 60; step++) {
    const quiet = await until(async () => mortal?.dead === true || (await isQuiet(database, answers)), { within: 80 }).catch(() => false)
    if (quiet) return
    await host.clock.advance(2_000)
  }
  const { rows } = await database.pool.query(
    `SELECT (SELECT json_agg(i) FROM plugin_conversations.items i) AS items, (SELECT json_agg(d) FROM plugin_conversations.deliveries d) AS deliveries,
       (SELECT json_agg(c) FROM plugin_conversations.conversations c) AS conversations`,
  )
  throw new Error(`It is not quiet after two minutes: ${JSON.stringify({ ...rows[0], logs: host.logs.slice(-5) }, undefined, 2)}`)
}
