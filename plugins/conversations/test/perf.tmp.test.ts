import clientsPlugin from '@parley/plugin-clients'
import { createTestHost, until } from '@parley/test-kit'
import { it } from 'vitest'
import { bots, channelAccounts, inbox } from '../src/api/index.ts'
import plugin from '../src/server/plugin.ts'
import { toyMessage, ToyChannel, ToyHolder, toyPlugin } from './toys.ts'

it('runs', async () => {
  const channel = new ToyChannel()
  const host = await createTestHost({ plugins: [clientsPlugin, plugin, toyPlugin(channel, new ToyHolder())], config: { conversations: { firstHolder: 'toy-holder' } }, time: 'real' })
  const bot = await host.service(bots).create({ name: 'Toys' })
  const account = await host.service(channelAccounts).create({ botId: bot.id, channel: 'toy', title: 'Toy', config: { token: 'secret' } })
  const box = host.service(inbox)
  const waiters = new Map<string, () => void>()
  channel.driver.send.length
  channel.answer = (m) => { const t = 'text' in m.content ? String(m.content.text) : ''; waiters.get(t)?.(); return { outcome: 'sent' } }
  let n = 0
  const one = async (chat: string) => {
    const text = `m${n++}`
    const done = new Promise<void>((r) => waiters.set(`echo ${text}`, r))
    await box.receive(account.id, toyMessage(text, text, chat))
    await done
    waiters.delete(`echo ${text}`)
  }
  const load = async (c: number, total: number) => {
    let left = total
    const lat: number[] = []
    const q0 = host.database.statistics().queries
    const t0 = performance.now()
    await Promise.all(Array.from({ length: c }, async (_, i) => { while (left-- > 0) { const s = performance.now(); await one(`chat-${i}-${left % 5}`); lat.push(performance.now() - s) } }))
    const ms = performance.now() - t0
    lat.sort((a, b) => a - b)
    console.log(`c=${c} ${(total / ms * 1000).toFixed(0)}/s p50 ${lat[lat.length >> 1]!.toFixed(1)} p99 ${lat[Math.floor(lat.length * 0.99)]!.toFixed(1)} trips ${((host.database.statistics().queries - q0) / total).toFixed(2)}`)
  }

  const db = host.database.forPlugin('conversations')
  await db.query('CREATE TABLE {ref_in} (id uuid primary key, chat text, body jsonb, state text)')
  await db.query('CREATE TABLE {ref_session} (chat text primary key, state jsonb)')
  await db.query('CREATE TABLE {ref_out} (id uuid primary key, chat text, body jsonb, state text)')
  const { randomUUID } = await import('node:crypto')
  const refOne = async (chat: string) => {
    const id = randomUUID(), out = randomUUID()
    await db.query("INSERT INTO {ref_in} VALUES ($1, $2, $3, 'new') ON CONFLICT DO NOTHING", [id, chat, '{"text":"hello"}'])
    await db.query("WITH s AS (INSERT INTO {ref_session} VALUES ($2, $3) ON CONFLICT (chat) DO UPDATE SET state = EXCLUDED.state), d AS (UPDATE {ref_in} SET state = 'done' WHERE id = $4) INSERT INTO {ref_out} VALUES ($1, $2, $3, 'sending')", [out, chat, '{"text":"hello"}', id])
    await db.query("UPDATE {ref_out} SET state = 'sent' WHERE id = $1", [out])
  }
  const cpu = async (label: string, c: number, total: number, work: (chat: string) => Promise<void>) => {
    let left = total
    const u0 = process.cpuUsage(), t0 = performance.now()
    await Promise.all(Array.from({ length: c }, async (_, i) => { while (left-- > 0) await work(`chat-${i}-${left % 5}`) }))
    const u = process.cpuUsage(u0), ms = performance.now() - t0
    console.log(`${label} c=${c} ${(total / ms * 1000).toFixed(0)}/s cpu ${((u.user + u.system) / 1000 / total).toFixed(3)} ms/message`)
  }
  await load(10, 1000)
  await cpu('ours', 10, 2000, one)
  const { Session } = await import('node:inspector/promises')
  const session = new Session(); session.connect()
  await session.post('Profiler.enable'); await session.post('Profiler.setSamplingInterval', { interval: 200 }); await session.post('Profiler.start')
  await cpu('ours', 10, 4000, one)
  const { profile } = await session.post('Profiler.stop')
  const self = new Map<string, number>(), byId = new Map(profile.nodes.map((x: any) => [x.id, x]))
  const total = new Map<string, number>()
  const dt = profile.timeDeltas!
  const parent = new Map<number, number>(); for (const nd of profile.nodes) for (const ch of nd.children ?? []) parent.set(ch, nd.id)
  const keyOf = (nd: any) => `${nd.callFrame.functionName || '(anon)'} ${nd.callFrame.url.replace(/.*\/(main|node_modules)\//, '')}:${nd.callFrame.lineNumber}`
  profile.samples!.forEach((id: number, i: number) => { const k = keyOf(byId.get(id)); self.set(k, (self.get(k) ?? 0) + dt[i]!); const seen = new Set<string>(); for (let p: number | undefined = id; p !== undefined; p = parent.get(p)) { const kk = keyOf(byId.get(p)); if (!seen.has(kk)) { seen.add(kk); total.set(kk, (total.get(kk) ?? 0) + dt[i]!) } } })
  const top = (m: Map<string, number>, n: number) => [...m].sort((a, b) => b[1] - a[1]).slice(0, n).map(([k, v]) => `${(v / 4000 / 1000).toFixed(4)} ${k}`).join('\n')
  console.log('SELF ms per message\n' + top(self, 45)); console.log('TOTAL\n' + top(total, 70))
  await load(50, 100)
  await host.stop()
}, 120000)
