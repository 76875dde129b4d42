import { demoData } from '@parley/plugin-api'
import { silentLogger } from '@parley/test-kit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bots, conversations, demoBotId } from '../src/api/index.ts'
import { createToyHost } from './toy-host.ts'
import { ToyChannel } from './toys.ts'

let made: Awaited<ReturnType<typeof createToyHost>>
beforeAll(async () => {
  made = await createToyHost({ channel: new ToyChannel(), channelKey: 'widget' })
})
afterAll(() => made.host.stop())

const context = (shared = new Map<string, unknown>()) => ({ now: made.host.clock.now(), log: silentLogger, shared })
const rows = async (table: string): Promise<number> => Number((await made.db.query<{ n: string }>(`SELECT count(*) AS n FROM {${table}}`))[0]!.n)

it('the demo has a bot, channels and a week of conversations, the same after a second run, and leaves nothing when removed', async () => {
  const { host } = made
  const before = { bots: await rows('bots'), conversations: await rows('conversations') }
  const demo = host.contribution(demoData, 'conversations')
  const shared = new Map<string, unknown>([['operators', ['11111111-1111-4111-8111-111111111111']]])
  await demo.seed(context(shared))
  const after = { conversations: await rows('conversations'), messages: await rows('messages') }
  expect(await host.service(bots).get(demoBotId)).toMatchObject({ name: 'Demo shop' })
  expect(shared.get('bot')).toBe(demoBotId)
  const ids = shared.get('conversations') as string[]
  expect(ids).toHaveLength(42)
  const { messages } = await host.service(conversations).messages(ids[0]!, {})
  expect(messages.map(({ number }) => number)).toEqual(messages.map((_, index) => index + 1))
  expect(messages.some(({ author }) => author.kind === 'operator')).toBe(true)
  const week = made.host.clock.now().getTime() - 7 * 86_400_000
  expect(messages.every(({ createdAt }) => new Date(createdAt).getTime() >= week && new Date(createdAt) <= made.host.clock.now())).toBe(true)

  await demo.seed(context(new Map(shared)))
  expect({ conversations: await rows('conversations'), messages: await rows('messages') }).toEqual(after)

  const left = context()
  await demo.remove(left)
  await host.contribution(demoData, 'clients').remove(left)
  expect({ bots: await rows('bots'), conversations: await rows('conversations') }).toEqual(before)
  expect(await rows('messages')).toBe(0)
  expect(await host.run('clients', async ({ db }) => db.query('SELECT 1 FROM {clients}'))).toEqual([])
})
