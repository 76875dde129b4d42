import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const administrator = { login: 'bench@parley.local', password: 'bench-parley-password-1' }

const dist = (path) => import(pathToFileURL(join(root, path)).href)
const silent = { debug() {}, info() {}, warn: console.warn, error: console.error }

// As `npm start` does: short-lived objects are most of what a message leaves, and the young generation of 16 MB is collected too often.
const nodeFlags = ['--max-semi-space-size=64']

export const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** Servers of the bench's own on temporary folders: PostgreSQL with fsync on, Redis without persistence. Everything is removed by `close`. */
export class Setting {
  #folder = mkdtempSync(join(tmpdir(), 'parley-bench-'))
  #closers = []

  constructor() {
    // PostgreSQL may run as another account and must reach its folder.
    chmodSync(this.#folder, 0o755)
  }

  /** Removed at the end. */
  get folder() {
    return this.#folder
  }

  async postgres(settings = {}) {
    const { startEmbeddedPostgres } = await dist('core/services/dist/index.js')
    const server = await startEmbeddedPostgres({ dataDir: join(this.#folder, 'postgres'), log: silent, settings })
    this.#closers.push(() => server.stop())
    const { default: pg } = await import('pg')
    return {
      /** The address of a new, empty database. */
      database: async (name) => {
        const client = new pg.Client(server.url)
        await client.connect()
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
        await client.query(`CREATE DATABASE ${name}`)
        await client.end()
        const url = new URL(server.url)
        url.pathname = `/${name}`
        return url.href
      },
    }
  }

  async redis() {
    const port = await freePort()
    const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], { stdio: 'ignore' })
    this.#closers.push(() => end(child))
    await until(() =>
      spawnSync('redis-cli', ['-p', String(port), 'ping'])
        .stdout?.toString()
        .startsWith('PONG'),
    )
    return `redis://127.0.0.1:${port}`
  }

  /** A host process, ready; `flags` are for node, `--cpu-prof` for one; `args` are for Parley, `--role` for one. */
  async host({ databaseUrl, redisUrl, env = {}, flags = [], args = [] }) {
    const port = await freePort()
    const started = performance.now()
    const child = spawn(process.execPath, [...nodeFlags, ...flags, join(root, 'host/dist/main.js'), 'start', ...args], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        NODE_ENV: 'production',
        PORT: String(port),
        DATABASE_URL: databaseUrl,
        ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
        PARLEY_DATA_DIR: join(this.#folder, 'data'),
        PARLEY_ADMIN_LOGIN: administrator.login,
        PARLEY_ADMIN_PASSWORD: administrator.password,
        PARLEY__log__level: 'error',
        PARLEY__database__migrate: 'auto',
        PARLEY__host__outbound__allow: '[127.0.0.1]',
        PARLEY__system__open: 'true',
        ...env,
      },
    })
    const url = `http://127.0.0.1:${port}`
    const stop = () => end(child)
    this.#closers.push(stop)
    await until(async () => child.exitCode !== null || (await fetch(`${url}/health/ready`).catch(() => undefined))?.ok)
    if (child.exitCode !== null) throw new Error('the host did not start')
    return { url, pid: child.pid, readyAfter: (performance.now() - started) / 1000, stop }
  }

  /** Another program of this folder; it prints its address on the first line. */
  async program(file, env) {
    const child = spawn(process.execPath, [...nodeFlags, join(root, 'test/bench', file)], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_ENV: 'production', ...env },
    })
    const stop = () => end(child)
    this.#closers.push(stop)
    const [line] = await once(child.stdout, 'data')
    return { url: String(line).trim(), pid: child.pid, stop }
  }

  async close() {
    for (const close of this.#closers.reverse()) await close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

const end = async (child) => {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await once(child, 'exit')
  clearTimeout(timer)
}

export const until = async (check, seconds = 60) => {
  const deadline = performance.now() + seconds * 1000
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error('waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Calls of the API as somebody, the administrator where nobody is named. */
export const signIn = async (url, as = administrator) => {
  const call = async (method, path, body, token) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
  const { accessToken } = await call('POST', '/api/v1/auth/login', as)
  return { token: accessToken, call: (method, path, body) => call(method, path, body, accessToken) }
}

/** Resident memory of a process in megabytes. */
export const memoryOf = (pid) => Number(spawnSync('ps', ['-o', 'rss=', '-p', String(pid)]).stdout.toString()) / 1024

export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]
export const percentile = (numbers, part) => {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
