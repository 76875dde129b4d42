import os from 'node:os'
import { sections } from '../../scripts/lib/bench-options.mjs'
import { bigInbox } from './big-inbox.mjs'
import { firstLoad } from './first-load.mjs'
import { judge } from './goals.mjs'
import { hostilePlugin } from './hostile.mjs'
import { messageRoad } from './message-road.mjs'
import { pluginCost } from './plugin-cost.mjs'
import { processes } from './processes.mjs'
import { screensAndWidgets } from './screens.mjs'
import { Setting } from './setting.mjs'
import { startAndMemory } from './start-and-memory.mjs'

const runs = {
  a: messageRoad,
  b: screensAndWidgets,
  c: startAndMemory,
  d: firstLoad,
  e: bigInbox,
  f: processes,
  g: pluginCost,
  hostile: hostilePlugin,
}

/** Runs the sections one after the other, each on servers of its own, prints one table and answers it with the goals. */
export const runBench = async ({ quick, only }) => {
  const options = quick ? { rounds: 1, concurrencies: [1, 10] } : { rounds: 3, concurrencies: [1, 10, 50] }
  const figures = {
    at: new Date().toISOString(),
    machine: { node: process.version, cores: os.cpus().length, model: os.cpus()[0]?.model },
    rounds: options.rounds,
  }
  for (const [key, run] of Object.entries(runs)) {
    if (only !== undefined && !only.includes(key)) continue
    const setting = new Setting()
    const started = performance.now()
    try {
      figures[key] = await run(setting, options)
    } finally {
      await setting.close()
    }
    console.log(`\n(${key}) ${sections[key]} (measured in ${((performance.now() - started) / 1000).toFixed(0)} s)`)
    printRows(figures[key])
  }
  figures.goals = judge(figures)
  console.log('\nGoals')
  for (const [path, { value, limit, goal, met }] of Object.entries(figures.goals)) {
    console.log(`  ${path.padEnd(52)} ${value.toFixed(2).padStart(10)}  ${limit} ${goal}  ${met ? 'met' : 'missed'}`)
  }
  return figures
}

const printRows = (value, path = []) => {
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'object' && inner !== null) printRows(inner, [...path, key])
    else console.log(`  ${[...path, key].join('.').padEnd(52)} ${typeof inner === 'number' ? inner.toFixed(inner < 10 ? 2 : 0).padStart(10) : inner}`)
  }
}
