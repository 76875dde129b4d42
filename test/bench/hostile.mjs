import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { installationWith } from './installation.mjs'
import { drive, post, setUpEcho, updateOf } from './message-road.mjs'
import { median, percentile, root } from './setting.mjs'
import { startSink } from './sink.mjs'

const id = 'bench-hostile'
/** Seconds: the engine goes on compiling what runs often for about that long. */
const warmUp = 20
const peakSeconds = 4
/** Slices of a round: both manners lie in the same seconds of the same process, and neither always comes first. */
const order = ['quiet', 'hostile', 'hostile', 'quiet', 'quiet', 'hostile']
const sliceSeconds = 4
const settling = 500
const chats = 200
let slices = 0

/** The road of a message at a quarter of its peak: alone, and beside a plugin of the same process that misbehaves; medians of `rounds`. */
export const hostilePlugin = async (setting, { rounds }) => {
  const postgres = await setting.postgres()
  const redisUrl = await setting.redis()
  const sink = await startSink()
  const home = installationWith(join(setting.folder, 'home'), { [id]: `${source()}\nexport default plugin\n` })
  const figures = {}
  for (const queue of ['memory', 'bull']) {
    const host = await setting.host({
      databaseUrl: await postgres.database(`hostile_${queue}`),
      redisUrl: queue === 'bull' ? redisUrl : undefined,
      env: { PARLEY_HOME: home },
    })
    figures[queue] = await compare(host.url, sink, rounds)
    await host.stop()
  }
  sink.close()
  return figures
}

const source = () => readFileSync(join(root, 'test/bench/hostile-plugin.mjs'), 'utf8')

const compare = async (url, sink, rounds) => {
  const { hook } = await setUpEcho(url, sink.url)
  await drive(hook, sink, 50, warmUp)
  const perSecond = (await drive(hook, sink, 50, peakSeconds)).rate / 4
  for (const manner of ['quiet', 'hostile']) await slice(manner, url, () => steady(hook, sink, perSecond))
  const p50 = new Comparison(0.5)
  const p99 = new Comparison(0.99)
  for (let round = 0; round < rounds; round += 1) {
    const slices = { quiet: [], hostile: [] }
    for (const manner of order) slices[manner].push(await slice(manner, url, () => steady(hook, sink, perSecond)))
    for (const comparison of [p50, p99]) comparison.add(slices)
  }
  return { perSecond, p50: p50.figures(), p99: p99.figures() }
}

/** A percentile, quiet and hostile. Of the slices of a round the median counts, so that a pause of the machine that fell into one of them says nothing. */
class Comparison {
  #part
  #rounds = []

  constructor(part) {
    this.#part = part
  }

  add({ quiet, hostile }) {
    const of = (slices) => median(slices.map((waits) => percentile(waits, this.#part)))
    this.#rounds.push({ quiet: of(quiet), hostile: of(hostile), ratio: of(hostile) / of(quiet) })
  }

  figures() {
    const of = (name) => median(this.#rounds.map((round) => round[name]))
    return { quiet: of('quiet'), hostile: of('hostile'), ratio: of('ratio') }
  }
}

const slice = async (manner, url, work) => {
  const misdeeds = manner === 'hostile' ? await misbehave(url) : undefined
  await wait(settling)
  const waits = await work()
  await misdeeds?.end()
  await wait(settling)
  return waits
}

/** Tells the plugin to begin and asks it for answers that never come, or come as errors. */
const misbehave = async (url) => {
  const its = `${url}/api/v1/${id}`
  const tell = async (path) => {
    const answer = await fetch(`${its}/${path}`, { method: 'POST' })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  }
  await tell('begin')
  const asked = []
  const ask = (path) => asked.push(fetch(`${its}/${path}`).then((answer) => answer.text()))
  const timer = setInterval(() => ['throw', 'hang'].forEach(ask), 100)
  return {
    end: async () => {
      clearInterval(timer)
      await tell('end')
      await Promise.all(asked)
    },
  }
}

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Milliseconds from the moment at which a message was due at the hook to its answer at the sink, however long those before it take. */
const steady = async (hook, sink, perSecond) => {
  slices += 1
  const count = Math.round(perSecond * sliceSeconds)
  const begun = performance.now()
  const waits = []
  for (let n = 0; n < count; n += 1) {
    const due = begun + (n * 1000) / perSecond
    if (due > performance.now()) await wait(due - performance.now())
    const [chat, text] = [`hostile-${n % chats}`, `${slices}-${n}`]
    const answered = sink.arrival(chat, text)
    waits.push(post(hook, updateOf(chat, text)).then(async () => (await answered) - due))
  }
  return await Promise.all(waits)
}
