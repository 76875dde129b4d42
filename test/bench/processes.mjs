import { drive, setUpEcho } from './message-road.mjs'
import { median } from './setting.mjs'
import { startSink } from './sink.mjs'

const front = ['--role', 'web,realtime,connector,scheduler']
const worker = ['--role', 'worker']
const clients = 50
const [warmUp, seconds] = [8, 5]

/** (f) The road of a message with one process for requests and one, two and three workers, all on the cores of this machine; medians of `rounds`. */
export const processes = async (setting, { rounds }) => {
  const postgres = await setting.postgres()
  const redisUrl = await setting.redis()
  const sink = await startSink()
  const rates = { 1: [], 2: [], 3: [] }
  for (let round = 0; round < rounds; round += 1) {
    const settings = { databaseUrl: await postgres.database('processes'), redisUrl }
    const running = [await setting.host({ ...settings, args: front })]
    const { hook } = await setUpEcho(running[0].url, sink.url)
    for (const workers of Object.keys(rates)) {
      running.push(await setting.host({ ...settings, args: worker }))
      // as long for each number: a process that was started last is the one whose code is not compiled yet
      await drive(hook, sink, clients, warmUp)
      rates[workers].push((await drive(hook, sink, clients, seconds)).rate)
    }
    for (const host of running.reverse()) await host.stop()
  }
  sink.close()
  const one = median(rates[1])
  return {
    workers: Object.fromEntries(Object.entries(rates).map(([workers, list]) => [workers, { perSecond: median(list), ratio: median(list) / one }])),
  }
}
