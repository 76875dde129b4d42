import type { Logger } from '@parley/plugin-api'
import { migrateDatabase } from './migrator.ts'

// Run by migrator.test.ts in three processes at once.
const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} }
const step = (text: string) => ({ up: async (db: { raw(text: string): Promise<unknown> }) => void (await db.raw(text)) })
const migrations = {
  '20261120T0900_a': step('CREATE TABLE a (id integer); SELECT pg_sleep(0.2)'),
  '20261120T0901_b': step('CREATE TABLE b (id integer)'),
}

process.once('message', async (url: string) => {
  const { applied, failed } = await migrateDatabase({
    database: { directUrl: url },
    plugins: [{ id: 'race', migrations, publishes: { a: 'SELECT id FROM a' } }],
    log: quiet,
  })
  process.send?.({ applied: applied.length, failed: failed.size })
  process.disconnect()
})
process.send?.('ready')
