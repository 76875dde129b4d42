import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Binaries } from './binaries.ts'
import { cleanEnvironment } from './clean-environment.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { disownLock, isServerOf, readLock } from './lock-file.ts'
import type { ServerFolder } from './server-folder.ts'

/** A server that answers. */
export interface RunningServer {
  readonly pid: number
  readonly port: number
}

export interface ServerOptions {
  readonly folder: ServerFolder
  readonly binaries: Binaries
  readonly password: string
  readonly settings: Readonly<Record<string, string>>
}

const startLimit = 60_000
const pause = 25
const logLimit = 5_000_000

export const serverUrl = (port: number, password: string): string => `postgres://postgres:${password}@127.0.0.1:${port}/postgres`

// Statements and details of errors hold what people wrote, so the log gets neither.
const ownSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  log_min_messages: 'log',
  log_error_verbosity: 'terse',
}

/** Whether a server answers there with this password. */
const answers = async (port: number, password: string): Promise<boolean> => {
  const client = new pg.Client({ connectionString: serverUrl(port, password), connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch (error) {
    if ((error as pg.DatabaseError).code === '28P01') {
      throw new EmbeddedPostgresError(
        'The embedded PostgreSQL does not take the password stored beside its data folder. Restore the file from a backup.',
        error,
      )
    }
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

/** The server that already runs on the data folder, once it answers; `undefined` when none does. */
export const findRunningServer = async ({ folder, password }: ServerOptions): Promise<RunningServer | undefined> => {
  const deadline = Date.now() + startLimit
  for (let lock = readLock(folder.data); lock !== undefined; lock = readLock(folder.data)) {
    if (!isServerOf(folder.data, lock.pid)) {
      disownLock(folder.data)
      return undefined
    }
    if (lock.port !== undefined && (await answers(lock.port, password))) return { pid: lock.pid, port: lock.port }
    if (Date.now() > deadline)
      throw new EmbeddedPostgresError(`PostgreSQL (process ${lock.pid}) runs on "${folder.data}" and does not answer. See ${folder.log}.`)
    await delay(pause)
  }
  return undefined
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

/** Starts a server; on the port given, which a restarted one keeps, or a free one. */
export const launchServer = async (options: ServerOptions, wantedPort?: number): Promise<RunningServer> => {
  const deadline = Date.now() + startLimit
  for (;;) {
    const port = wantedPort ?? (await freePort())
    const attempt = await launchOnce(options, port, deadline)
    if (attempt.server !== undefined) return attempt.server
    // Taken by somebody in between, or processes of a killed server are still ending, or another Parley was faster.
    const passing = /Address already in use|in use by|still in use|lock file .* already exists/.test(attempt.problem)
    const faster = passing ? await findRunningServer(options) : undefined
    if (faster !== undefined) return faster
    if (!passing || Date.now() > deadline) throw new EmbeddedPostgresError(`PostgreSQL did not start: ${attempt.problem}. See ${options.folder.log}.`)
    await delay(pause)
  }
}

const launchOnce = async (
  { folder, binaries, password, settings }: ServerOptions,
  port: number,
  deadline: number,
): Promise<{ server?: RunningServer; problem: string }> => {
  const log = openLog(folder.log)
  const logStart = statSync(folder.log).size
  const flags = Object.entries({ ...ownSettings, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  // Its own process group: Ctrl-C goes to Parley alone, which drains before it stops the server.
  const child = spawn(binaries.postgres, ['-D', folder.data, '-p', String(port), ...flags], {
    ...folder.account,
    env: cleanEnvironment(),
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', log],
  })
  closeSync(log)
  child.unref()
  const fate: { ended: boolean; error?: Error } = { ended: false }
  child.once('error', (error) => Object.assign(fate, { ended: true, error }))
  child.once('exit', () => Object.assign(fate, { ended: true }))
  while (!fate.ended) {
    if (readLock(folder.data)?.pid === child.pid && (await answers(port, password))) return { server: { pid: child.pid ?? 0, port }, problem: '' }
    if (Date.now() > deadline) {
      child.kill('SIGQUIT')
      return { problem: `it did not answer within ${startLimit / 1000} s` }
    }
    await delay(pause)
  }
  return { problem: fate.error?.message ?? lastProblem(folder.log, logStart) }
}

const openLog = (file: string): number => {
  if (existsSync(file) && statSync(file).size > logLimit) truncateSync(file)
  return openSync(file, 'a', 0o600)
}

const lastProblem = (file: string, from: number): string => {
  const lines = readFileSync(file).subarray(from).toString('utf8').trim().split('\n')
  const fatal = lines.findLast((line) => /FATAL|PANIC/.test(line)) ?? lines.at(-1) ?? ''
  return [...new Set([fatal, ...lines.filter((line) => /could not bind|in use/.test(line))])].join('; ')
}

const waitUntilGone = async (data: string, pid: number, limit: number): Promise<boolean> => {
  const deadline = Date.now() + limit
  while (isServerOf(data, pid)) {
    if (Date.now() > deadline) return false
    await delay(pause)
  }
  return true
}

/** Rolls back what is open, writes everything, ends; by force when that takes more than 15 s, which loses nothing committed. */
export const stopServer = async ({ folder, binaries }: ServerOptions, { pid }: RunningServer): Promise<void> => {
  if (process.platform === 'win32') {
    spawnSync(binaries.pgCtl, ['stop', '-D', folder.data, '-m', 'fast', '-w'])
    return
  }
  signal(pid, 'SIGINT')
  if (await waitUntilGone(folder.data, pid, 15_000)) return
  signal(pid, 'SIGQUIT')
  await waitUntilGone(folder.data, pid, 5_000)
}

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name)
  } catch {
    // it has ended by itself
  }
}
