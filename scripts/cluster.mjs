#!/usr/bin/env node
// npm run test:cluster [-- --short] [--seed N] [--json FILE] [--write]
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildStale } from './lib/build-stale.mjs'
import { install } from './lib/install.mjs'
import { requireNode } from './lib/node-version.mjs'
import { root, run } from './lib/run.mjs'

requireNode()
await install()
if (!(await buildStale())) process.exit(1)
const { buildProgram } = await import(pathToFileURL(join(root, 'core/test-kit/dist/index.js')).href)
const program = await buildProgram(pathToFileURL(join(root, 'test/cluster/main.ts')))
const { code } = await run(process.execPath, [program, ...process.argv.slice(2)])
process.exit(code)
