import pg from 'pg'
import { startEmbeddedPostgres } from './start-embedded-postgres.ts'

// What a Parley does with its database server, run by the tests in processes that they kill.
const quiet = { debug() {}, info() {}, warn() {}, error() {} }

const { dataDir } = JSON.parse(process.argv[2] ?? '{}') as { dataDir: string }
try {
  const { url, pid, adopted, stop, dataDir: folder } = await startEmbeddedPostgres({ dataDir, log: quiet })
  process.once('SIGTERM', () => void stop().then(() => process.exit(0)))
  // Ctrl-C: the last work is still written before the server is told to stop.
  process.once('SIGINT', async () => {
    const client = new pg.Client(url)
    await client.connect()
    const drained = await client.query(`SELECT 'drained' AS state`)
    await client.end()
    process.send?.(drained.rows[0])
    await stop()
    process.exit(0)
  })
  process.send?.({ url, pid, adopted, folder })
} catch (error) {
  process.send?.({ problem: (error as Error).message })
  process.exit(1)
}
