import { Agent, request } from 'node:http'
import { startSink } from './sink.mjs'
import { median, percentile, signIn } from './setting.mjs'

const warmUp = 2
/**
 * Concurrencies and seconds before anything is measured: both programs run for days, and the engine goes on compiling what runs often for that long.
 * What runs when a message is alone is partly other code.
 */
const firstWarmUp = [
  [10, 20],
  [1, 10],
]
const seconds = 5

/** Waits for a message, answers with its text: two nodes a message. */
const scenario = {
  format: 'parley.scenario@1',
  title: 'Echo',
  main: 'main',
  sections: [
    {
      id: 'main',
      title: 'Main',
      nodes: [
        { id: 'start', type: 'start', parameters: { triggers: [{ type: 'channels' }] } },
        { id: 'echo', type: 'message', parameters: { text: '{{user_input}}' } },
        { id: 'ask', type: 'wait-for-input', parameters: { save_to: 'said' } },
      ],
      edges: [
        { from: 'start', output: 'default', to: 'echo' },
        { from: 'echo', output: 'default', to: 'ask' },
        { from: 'ask', output: 'success', to: 'echo' },
      ],
    },
  ],
}

let updates = Date.now()
let runs = 0

/** Bot, custom channel and scenario in a fresh installation; answers the address of the hook. */
export const setUpEcho = async (url, sinkUrl) => {
  const { call } = await signIn(url)
  const bot = await call('POST', '/api/v1/conversations/bots', { name: 'Bench' })
  const config = { custom_channel_url: sinkUrl }
  const account = await call('POST', '/api/v1/conversations/accounts', {
    botId: bot.id,
    channel: 'custom_channel',
    title: 'Bench',
    config,
    active: true,
  })
  await call('PUT', `/api/v1/scenario-runtime/bots/${bot.id}/draft`, { document: scenario })
  await call('POST', `/api/v1/scenario-runtime/bots/${bot.id}/publish`, {})
  return { hook: `${url}/hooks/channel-custom/${account.id}`, bot, account, call }
}

const agent = new Agent({ keepAlive: true, maxSockets: 256 })
export const post = (url, body) =>
  new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json' } }, (response) => {
      response.resume().on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`hook answered ${response.statusCode}`))))
    })
    call.on('error', reject)
    call.end(JSON.stringify(body))
  })

export const updateOf = (chat, text) => ({
  update_id: ++updates,
  message: { chat: { id: chat }, from: { id: chat, first_name: 'Bench' }, date: Date.now(), text, type: 'text' },
})

/** Clients in a closed loop: each writes, waits for the answer at the sink, writes again. Nothing may be missing. */
export const drive = async (hook, sink, concurrency, duration) => {
  const run = ++runs
  const latencies = []
  const end = performance.now() + duration * 1000
  const started = performance.now()
  const client = async (number) => {
    for (let n = 0; performance.now() < end; n += 1) {
      const [chat, text] = [`${run}-${number}`, `m${n}`]
      const answered = sink.arrival(chat, text)
      const at = performance.now()
      await post(hook, updateOf(chat, text))
      latencies.push((await withDeadline(answered, `${chat} ${text}`)) - at)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, (_, number) => client(number)))
  return { rate: latencies.length / ((performance.now() - started) / 1000), latencies }
}

const withDeadline = (promise, what) => {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer for ${what} within 20 s`)), 20_000)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

const counted = async (url) => {
  const text = await (await fetch(`${url}/metrics`)).text()
  const sum = (name) => [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'gm'))].reduce((total, match) => total + Number(match[1]), 0)
  return { queries: sum('parley_database_queries_total'), redis: sum('parley_redis_commands_total') }
}

/** Messages at a steady rate; how long the acknowledgement takes. */
const steady = async (hook, rate, duration) => {
  const acknowledged = []
  const pending = []
  const run = ++runs
  const started = performance.now()
  for (let n = 0; performance.now() - started < duration * 1000; n += 1) {
    const due = started + (n * 1000) / rate
    if (due > performance.now()) await new Promise((resolve) => setTimeout(resolve, due - performance.now()))
    const at = performance.now()
    pending.push(post(hook, updateOf(`${run}-${n % 100}`, `m${n}`)).then(() => acknowledged.push(performance.now() - at)))
  }
  await Promise.all(pending)
  return acknowledged
}

/** (a) The road of a message, beside the reference, with the queue in memory and with bull; medians of `rounds`. */
export const messageRoad = async (setting, { rounds, concurrencies }) => {
  const postgres = await setting.postgres()
  const redisUrl = await setting.redis()
  const sink = await startSink()
  const figures = {}
  for (const queue of ['memory', 'bull']) {
    const redis = queue === 'bull' ? redisUrl : undefined
    const samples = Object.fromEntries(concurrencies.map((c) => [c, { parley: [], reference: [] }]))
    let counts
    const hookP99 = []
    for (let round = 0; round < rounds; round += 1) {
      const reference = await setting.program('reference.mjs', {
        DATABASE_URL: await postgres.database(`reference_${queue}`),
        REDIS_URL: redis ?? '',
        SINK: sink.url,
      })
      const host = await setting.host({ databaseUrl: await postgres.database(`parley_${queue}`), redisUrl: redis })
      const { hook } = await setUpEcho(host.url, sink.url)
      for (const target of [reference.url, hook]) for (const [concurrency, duration] of firstWarmUp) await drive(target, sink, concurrency, duration)
      for (const concurrency of concurrencies) {
        // Side by side in one run: first one, then the other, on the same machine in the same minute.
        for (const [name, target] of [
          ['reference', reference.url],
          ['parley', hook],
        ]) {
          await drive(target, sink, concurrency, warmUp)
          const before = name === 'parley' ? await counted(host.url) : undefined
          const result = await drive(target, sink, concurrency, seconds)
          samples[concurrency][name].push(result)
          if (before !== undefined && concurrency === 10) {
            const after = await counted(host.url)
            counts = {
              queries: (after.queries - before.queries) / result.latencies.length,
              redis: (after.redis - before.redis) / result.latencies.length,
            }
          }
        }
      }
      const peak = Math.max(...concurrencies.map((c) => samples[c].parley.at(-1).rate))
      hookP99.push(percentile(await steady(hook, peak / 2, seconds), 0.99))
      await host.stop()
      await reference.stop()
    }
    figures[queue] = { perMessage: counts, hookAcknowledgedP99AtHalfPeakMs: median(hookP99), concurrency: {} }
    for (const concurrency of concurrencies) {
      const of = (name) => {
        const list = samples[concurrency][name]
        const at = (part) => median(list.map((sample) => percentile(sample.latencies, part)))
        return { perSecond: median(list.map((sample) => sample.rate)), p50: at(0.5), p95: at(0.95), p99: at(0.99) }
      }
      const [parley, reference] = [of('parley'), of('reference')]
      figures[queue].concurrency[concurrency] = { parley, reference, ratio: parley.perSecond / reference.perSecond }
    }
  }
  sink.close()
  return figures
}
