import os from 'node:os'
import { Setting } from './setting.mjs'
import { bigInbox } from './big-inbox.mjs'
import { firstLoad } from './first-load.mjs'
import { messageRoad } from './message-road.mjs'
import { screensAndWidgets } from './screens.mjs'
import { startAndMemory } from './start-and-memory.mjs'

const sections = {
  a: { title: 'Message: hook → two nodes → sink', run: messageRoad },
  b: { title: 'From a commit to 300 screens and 5,000 widgets, milliseconds', run: screensAndWidgets },
  c: { title: 'Start and memory', run: startAndMemory },
  d: { title: 'First load of the inbox', run: firstLoad },
  e: { title: 'Inbox of 100,000 requests and a million messages, milliseconds', run: bigInbox },
}

const each = (path, limit, goal, keys) => keys.map((key) => [path.replace('*', key), limit, goal])
const goals = [
  ...['memory', 'bull'].flatMap((queue) => each(`a.${queue}.concurrency.*.ratio`, 'at least', 0.6, [1, 10, 50])),
  ...each('a.*.perMessage.queries', 'at most', 12, ['memory', 'bull']),
  ['a.bull.perMessage.redis', 'at most', 16],
  ...each('a.*.hookAcknowledgedP99AtHalfPeakMs', 'at most', 50, ['memory', 'bull']),
  ...each('b.*.p99', 'at most', 100, ['screen', 'widget']),
  ['b.kibibytesPerWidget', 'at most', 30],
  ['c.readySeconds', 'at most', 3],
  ['c.idleMegabytes', 'at most', 250],
  ['d.kilobytes', 'at most', 350],
  ...each('e.*.p95', 'at most', 100, ['mine', 'unassigned', 'queue', 'open', 'closed', 'scrolling', 'dialog']),
]

/** Runs the sections one after the other, each on servers of its own, and prints one table. */
export const runBench = async ({ quick, only }) => {
  const options = quick ? { rounds: 1, concurrencies: [1, 10] } : { rounds: 3, concurrencies: [1, 10, 50] }
  const figures = {
    at: new Date().toISOString(),
    machine: { node: process.version, cores: os.cpus().length, model: os.cpus()[0]?.model },
    rounds: options.rounds,
  }
  for (const [key, { title, run }] of Object.entries(sections)) {
    if (only !== undefined && !only.includes(key)) continue
    const setting = new Setting()
    try {
      figures[key] = await run(setting, options)
    } finally {
      await setting.close()
    }
    console.log(`\n(${key}) ${title}`)
    printRows(figures[key])
  }
  printGoals(figures)
  return figures
}

const printRows = (value, path = []) => {
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'object' && inner !== null) printRows(inner, [...path, key])
    else console.log(`  ${[...path, key].join('.').padEnd(52)} ${typeof inner === 'number' ? inner.toFixed(inner < 10 ? 2 : 0).padStart(10) : inner}`)
  }
}

const valueAt = (figures, path) => path.split('.').reduce((value, key) => value?.[key], figures)

const printGoals = (figures) => {
  const rows = goals.map(([path, limit, goal]) => ({ path, limit, goal, value: valueAt(figures, path) })).filter(({ value }) => value !== undefined)
  if (rows.length === 0) return
  console.log('\nGoals')
  for (const { path, limit, goal, value } of rows) {
    const met = limit === 'at least' ? value >= goal : value <= goal
    console.log(`  ${path.padEnd(52)} ${value.toFixed(2).padStart(10)}  ${limit} ${goal}  ${met ? 'met' : 'missed'}`)
  }
}
