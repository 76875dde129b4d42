import type { Logger } from '@parley/plugin-api'

/** For tests that look elsewhere. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }
