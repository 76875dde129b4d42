import { drive, setUpEcho } from './message-road.mjs'
import { median } from './setting.mjs'
import { startSink } from './sink.mjs'

const front = ['--role', 'web,realtime,connector,scheduler']
const worker = ['--role', 'worker']
const clients = 50
/** Seconds with all workers before anything is measured: processes run for days, and the engine compiles what runs often. */
const firstWarmUp = 20
const [warmUp, seconds] = [3, 5]

/** (f) The road of a message with one process for requests and three, two and one workers, all on the cores of this machine; medians of `rounds`. */
export const processes = async (setting, { rounds }) => {
  const postgres = await setting.postgres()
  const redisUrl = await setting.redis()
  const sink = await startSink()
  const rates = { 1: [], 2: [], 3: [] }
  for (let round = 0; round < rounds; round += 1) {
    const settings = { databaseUrl: await postgres.database('processes'), redisUrl }
    const web = await setting.host({ ...settings, args: front })
    const { hook } = await setUpEcho(web.url, sink.url)
    const workers = []
    for (const _ of Object.keys(rates)) workers.push(await setting.host({ ...settings, args: worker }))
    await drive(hook, sink, clients, firstWarmUp)
    while (workers.length > 0) {
      await drive(hook, sink, clients, warmUp)
      rates[workers.length].push((await drive(hook, sink, clients, seconds)).rate)
      await workers.pop().stop()
    }
    await web.stop()
  }
  sink.close()
  const one = median(rates[1])
  return {
    workers: Object.fromEntries(Object.entries(rates).map(([workers, list]) => [workers, { perSecond: median(list), ratio: median(list) / one }])),
  }
}
