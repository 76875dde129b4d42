import os from 'node:os'
import { messageRoad } from './message-road.mjs'
import { Setting } from './setting.mjs'
import { startAndMemory } from './start-and-memory.mjs'

const sections = {
  a: { title: 'Message: hook → two nodes → sink', run: messageRoad },
  c: { title: 'Start and memory', run: startAndMemory },
}

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
  return figures
}

const printRows = (value, path = []) => {
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'object' && inner !== null) printRows(inner, [...path, key])
    else console.log(`  ${[...path, key].join('.').padEnd(52)} ${typeof inner === 'number' ? inner.toFixed(inner < 10 ? 2 : 0).padStart(10) : inner}`)
  }
}
