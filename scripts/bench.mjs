// npm run bench [-- --quick] [--only a,c] [--json FILE]: prints one table; how to read it is in docs/benchmarks.md.
import { writeFileSync } from 'node:fs'
import { buildStale } from './lib/build-stale.mjs'
import { install } from './lib/install.mjs'
import { requireNode } from './lib/node-version.mjs'

requireNode()
await install()
await buildStale()
const { runBench } = await import('../test/bench/run.mjs')
const option = (name) => {
  const index = process.argv.indexOf(`--${name}`)
  return index < 0 ? undefined : (process.argv[index + 1] ?? '')
}
const figures = await runBench({ quick: process.argv.includes('--quick'), only: option('only')?.split(',') })
const file = option('json')
if (file !== undefined) writeFileSync(file, `${JSON.stringify(figures, undefined, 2)}\n`)
process.exit(0)
