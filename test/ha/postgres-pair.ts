import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@parley/services'
import { freePort, silentLogger, until } from '@parley/test-kit'
import pg from 'pg'
import { startServerProcess, type ServerProcess } from './server-process.ts'

export interface PostgresPair {
  /** Both servers, as DATABASE_URL names them; the first one is the primary. */
  readonly url: string
  readonly primaryUrl: string
  readonly standbyUrl: string
  /** SIGKILL of the primary with all its processes. */
  killPrimary(): Promise<void>
  killStandby(): Promise<void>
  freezeStandby(): void
  thawStandby(): void
  /** After its death. */
  startStandby(): Promise<void>
  /** The standby takes writes from now on. */
  promote(): Promise<void>
  stop(): Promise<void>
}

const within = { within: 60_000 }

/** One statement on one of the servers. */
export const ask = async (url: string, text: string): Promise<any[]> => {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

export interface PostgresPairOptions {
  /** By default the primary acknowledges a commit when the standby has it on disk. */
  readonly synchronous?: boolean
  /** Settings of the standby. */
  readonly standby?: Readonly<Record<string, string>>
}

/** A primary and its standby, of the binaries that come with Parley. */
export const startPostgresPair = async ({ synchronous = true, standby: own = {} }: PostgresPairOptions = {}): Promise<PostgresPair> => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-ha-postgres-'))
  chmodSync(folder, 0o755)
  const embedded = await startEmbeddedPostgres({ dataDir: join(folder, 'primary'), log: silentLogger })
  const { dataDir } = embedded
  await embedded.stop()
  const [binary = ''] = readFileSync(join(dataDir, 'postmaster.opts'), 'utf8').split(' "')
  const { uid, gid } = statSync(dataDir)
  const copy = join(folder, 'standby')
  // a cold copy: the server has ended in order
  execFileSync('cp', ['-a', dataDir, copy])
  writeFileSync(join(copy, 'standby.signal'), '')
  chownSync(join(copy, 'standby.signal'), uid, gid)

  const { password } = new URL(embedded.url)
  const start = (data: string, port: number, settings: Readonly<Record<string, string>>): ServerProcess => {
    const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: '200', ...settings }
    const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    return startServerProcess(binary.trim(), ['-D', data, '-p', String(port), ...flags], { uid, gid, logFile: join(folder, `${port}.log`) })
  }
  const [primaryPort, standbyPort] = [await freePort(), await freePort()]
  const urlOf = (...ports: number[]): string => `postgres://postgres:${password}@${ports.map((port) => `127.0.0.1:${port}`).join(',')}/postgres`
  const primary = start(dataDir, primaryPort, synchronous ? { synchronous_standby_names: 'second' } : {})
  const link = `host=127.0.0.1 port=${primaryPort} user=postgres password=${decodeURIComponent(password)} application_name=second`
  const startStandby = async (): Promise<ServerProcess> => {
    const started = start(copy, standbyPort, { primary_conninfo: link, ...own })
    const wanted = synchronous ? 'sync' : 'async'
    await until(async () => (await ask(urlOf(primaryPort), 'SELECT sync_state FROM pg_stat_replication'))[0]?.sync_state === wanted, within)
    return started
  }
  let standby = await startStandby()
  return {
    url: urlOf(primaryPort, standbyPort),
    primaryUrl: urlOf(primaryPort),
    standbyUrl: urlOf(standbyPort),
    killPrimary: () => primary.kill(),
    killStandby: () => standby.kill(),
    freezeStandby: () => standby.freeze(),
    thawStandby: () => standby.thaw(),
    startStandby: async () => void (standby = await startStandby()),
    promote: async () => {
      const [answer] = await ask(urlOf(standbyPort), 'SELECT pg_promote() AS promoted')
      if (answer.promoted !== true) throw new Error('The standby did not take over within a minute.')
    },
    stop: async () => {
      await Promise.all([primary.kill(), standby.kill()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
