import { afterEach, beforeEach, expect, test } from 'vitest'
import { conversations, type Message } from '../src/api/index.ts'
import { config } from '../src/server/config.ts'
import type { MessageArchiveStore } from '../src/server/messages/message-archive-store.ts'
import { monthOf, monthStart } from '../src/server/messages/months.ts'
import { createToyHost } from './toy-host.ts'

const chats = ['chat-1', 'chat-2', 'chat-3']
const months = 30
const perMonth = 4
let toys: Awaited<ReturnType<typeof createToyHost>>
let ids: string[]
let thisMonth: string

const monthsAgo = (count: number): string => monthOf(monthStart(thisMonth, -count))
const archive = <T>(work: (store: MessageArchiveStore) => Promise<T>): Promise<T> =>
  toys.host.run('conversations', ({ messageArchiveStore }) => work(messageArchiveStore))
const moveBefore = (month: string): Promise<number> => archive((store) => store.moveBefore(month, new AbortController().signal))
const count = async (table: string): Promise<number> => (await toys.db.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]!.n

/** Everything that pages show, read in small pages from the newest to the first. */
const history = async (id: string): Promise<Message[]> => {
  const all: Message[] = []
  for (let before: number | undefined; ;) {
    const page = await toys.host.service(conversations).messages(id, { limit: 7, ...(before === undefined ? {} : { before }) })
    all.unshift(...page.messages)
    if (!page.more) return all
    before = page.messages[0]!.number
  }
}
const forwards = async (id: string): Promise<Message[]> => {
  const all: Message[] = []
  for (;;) {
    const page = await toys.host.service(conversations).messages(id, { limit: 7, after: all.at(-1)?.number ?? 0 })
    all.push(...page.messages)
    if (!page.more) return all
  }
}
const histories = (): Promise<Message[][]> => Promise.all(ids.map(history))

/** As if the three dialogs had gone on for years: what the product stored now is the end of them. */
beforeEach(async () => {
  toys = await createToyHost({ config: { archive: { after: 3, keep: 12 } } })
  thisMonth = monthOf(toys.host.clock.now())
  ids = []
  for (const chat of chats) {
    const id = await toys.receive(`first ${chat}`, 'hello', chat)
    await toys.settled(id)
    ids.push(id)
  }
  const [first] = await toys.db.query<{ created_at: Date }>('SELECT min(created_at) AS created_at FROM {messages}')
  await toys.db.query('UPDATE {messages} SET number = number + $1', [months * perMonth])
  await toys.db.query('UPDATE {conversations} SET last_number = last_number + $1', [months * perMonth])
  await toys.db.query(
    `INSERT INTO {messages} (id, conversation_id, number, direction, state, author_kind, content, created_at)
     SELECT gen_random_uuid(), c.id, n, 'in', 'received', 'client', jsonb_build_object('kind', 'text', 'text', 'old ' || n),
       $2::timestamptz - ($1::int - n) * interval '1 month' / ${perMonth} - interval '1 day'
     FROM {conversations} c, generate_series(1, $1::int) n ORDER BY random()`,
    [months * perMonth, first!.created_at],
  )
})
afterEach(() => toys.host.stop())

test('past months lie in a partition each, and every way of reading shows the same as before', async () => {
  const before = await histories()
  const all = await count('{messages}')
  expect(before.map((one) => one.length)).toEqual(chats.map(() => all / chats.length))
  const moved = await moveBefore(monthsAgo(3))
  expect(moved).toBeGreaterThan(chats.length * perMonth * (months - 6))
  expect([await count('{messages}'), await count('{message_archive}')]).toEqual([all - moved, moved])
  expect(await count('{conversations.messages}')).toBe(all)
  expect(await histories()).toEqual(before)
  expect(await Promise.all(ids.map(forwards))).toEqual(before)
  const [oldest] = await history(ids[0]!)
  expect(await toys.host.run('conversations', ({ messageStore }) => messageStore.get(oldest!.id))).toEqual(oldest)
  const ledger = await toys.db.query<{ month: string; messages: string }>('SELECT month, messages FROM {archived_months} ORDER BY month')
  expect(ledger.reduce((sum, { messages }) => sum + Number(messages), 0)).toBe(moved)
  expect(ledger.at(-1)!.month < monthsAgo(3)).toBe(true)
  for (const { month, messages } of ledger) expect(await count(`{message_archive_${month.replace('-', '_')}}`)).toBe(Number(messages))
  expect(await moveBefore(monthsAgo(3))).toBe(0)
})

test('a dialog goes on after its past was archived: next number, once, and the whole history', async () => {
  await moveBefore(thisMonth)
  const [before] = await histories()
  await toys.receive('another', 'still there?', chats[0])
  await toys.receive('another', 'still there?', chats[0])
  await toys.settled(ids[0]!, 2)
  const after = await history(ids[0]!)
  expect(after.slice(0, before!.length)).toEqual(before)
  expect(after.slice(before!.length).map(({ number, direction }) => [number - before!.at(-1)!.number, direction])).toEqual([
    [1, 'in'],
    [2, 'out'],
  ])
})

test('a dialog in which something waits stays where it is', async () => {
  await toys.db.query(
    `INSERT INTO {items} (conversation_id, number, id, type, due_at) SELECT $1, 1, id, 'message', now() + interval '1 day' FROM {messages}
     WHERE conversation_id = $1 AND number = 1`,
    [ids[0]],
  )
  await moveBefore(thisMonth)
  expect(await toys.db.query('SELECT DISTINCT conversation_id AS id FROM {message_archive} ORDER BY 1')).toEqual(
    ids
      .slice(1)
      .sort()
      .map((id) => ({ id })),
  )
})

test('a month goes as a whole, is written down, and the rest stays', async () => {
  await moveBefore(monthsAgo(3))
  const before = await histories()
  const dropped = await archive((store) => store.dropBefore(monthsAgo(12)))
  expect(dropped.at(-1)).toBe(monthsAgo(13))
  const edge = monthStart(monthsAgo(12)).toISOString()
  expect(await histories()).toEqual(before.map((one) => one.filter(({ createdAt }) => createdAt >= edge)))
  const [entry] = await toys.host.database.host.query('SELECT action, object_id, before FROM {audit_log} WHERE object_id = $1', [dropped[0]])
  expect(entry).toMatchObject({ action: 'message-archive.delete', object_id: dropped[0], before: { messages: expect.any(Number) } })
  expect(await archive((store) => store.dropBefore(monthsAgo(12)))).toEqual([])
})

test('both happen each night where they are configured', async () => {
  await toys.pass(async () => (await count('{message_archive}')) > 0, 3_600_000, 40)
  await toys.pass(async () => (await toys.db.query('SELECT FROM {archived_months} WHERE month < $1', [monthsAgo(12)])).length === 0, 3_600_000, 40)
  const [oldest] = await history(ids[0]!)
  expect(oldest!.createdAt >= monthStart(monthsAgo(12)).toISOString()).toBe(true)
  expect(oldest!.createdAt < monthStart(monthsAgo(11)).toISOString()).toBe(true)
  // two nights, hour by hour, with all that happens in them
}, 60_000)

test('a time to keep must be longer than the time until the archive, which it needs', () => {
  expect(config.safeParse({ archive: { after: 3, keep: 12 } }).success).toBe(true)
  for (const archive of [{ keep: 12 }, { after: 3, keep: 3 }]) expect(config.safeParse({ archive }).success).toBe(false)
})
