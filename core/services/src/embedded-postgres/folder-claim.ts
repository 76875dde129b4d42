import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'

// Of our own ("parl", "own"): held as long as a Parley lives, and given back by PostgreSQL however it dies.
const lockKeys = [0x7061726c, 0x6f776e]
const patience = 2_000
const pause = 50

/** A connection that holds the data folder for this process. */
export interface FolderClaim {
  /** Resolves when the connection is lost: the server has gone or restarts. */
  readonly lost: Promise<void>
  release(): Promise<void>
}

/** Claims the server for this process; one sentence when another Parley has it. */
export const claimFolder = async (url: string, data: string): Promise<FolderClaim> => {
  const client = new pg.Client({ connectionString: url, application_name: `parley ${process.pid}`, keepAlive: true })
  const lost = new Promise<void>((resolve) => {
    client.once('end', resolve)
    client.on('error', () => resolve())
  })
  await client.connect()
  const deadline = Date.now() + patience
  // A process that has just been killed holds its lock until the server notices.
  while (!(await tryLock(client))) {
    if (Date.now() > deadline) {
      const owner = await ownerOf(client)
      await client.end()
      throw new EmbeddedPostgresError(`Another Parley${owner} runs on the data folder "${data}": stop it, or set PARLEY_DATA_DIR to another folder.`)
    }
    await delay(pause)
  }
  return { lost, release: () => client.end() }
}

const tryLock = async (client: pg.Client): Promise<boolean> =>
  (await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS locked', lockKeys)).rows[0]?.locked === true

const ownerOf = async (client: pg.Client): Promise<string> => {
  const { rows } = await client.query<{ name: string }>(
    `SELECT activity.application_name AS name FROM pg_locks JOIN pg_stat_activity activity USING (pid)
     WHERE locktype = 'advisory' AND classid = $1 AND objid = $2 AND granted`,
    lockKeys,
  )
  const pid = rows[0]?.name.split(' ')[1]
  return pid === undefined ? '' : ` (process ${pid})`
}
