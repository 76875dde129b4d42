#!/usr/bin/env node
// npm start [-- --role web,worker]: from a bare clone to a running Parley.
import { buildStale } from './lib/build-stale.mjs'
import { install } from './lib/install.mjs'
import { requireNode } from './lib/node-version.mjs'

requireNode()
await install()
if (!(await buildStale())) process.exit(1)
// In this process, so that a signal to it reaches Parley at first hand.
process.argv.splice(2, 0, 'start')
await import('../host/dist/main.js')
