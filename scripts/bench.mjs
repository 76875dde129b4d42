// npm run bench [-- --quick] [--only a,c] [--json FILE]: prints one table; how to read it is in docs/benchmarks.md.
import { writeFileSync } from 'node:fs'
import { readBenchOptions } from './lib/bench-options.mjs'
import { buildStale } from './lib/build-stale.mjs'
import { install } from './lib/install.mjs'
import { requireNode } from './lib/node-version.mjs'

requireNode()
let options
try {
  options = readBenchOptions(process.argv.slice(2))
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
await install()
if (!(await buildStale())) process.exit(1)
const { runBench } = await import('../test/bench/run.mjs')
const figures = await runBench(options)
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(figures, undefined, 2)}\n`)
process.exit(0)
