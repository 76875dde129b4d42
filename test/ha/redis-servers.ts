import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, until } from '@parley/test-kit'
import { Redis } from 'ioredis'
import { startServerProcess, type ServerProcess } from './server-process.ts'

/** Several servers of Redis that stand in for each other. */
export interface RedisServers {
  /** What REDIS_URL says. */
  readonly url: string
  /** Kills a server that takes writes; resolves when another one does in its place. For a cluster: the one that holds the key. */
  failOver(key?: string): Promise<void>
  /** Starts again what was killed, where nothing else could take over for the next one that dies. */
  recover(): Promise<void>
  stop(): Promise<void>
}

const within = { within: 60_000 }

const ask = async <T>(port: number, question: (client: Redis) => Promise<T>): Promise<T> => {
  const client = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await question(client)
  } finally {
    client.disconnect()
  }
}

/** Ports below this one: a cluster's nodes talk to each other on theirs + 10,000. */
const highestPort = 55_535
const lowPort = async (): Promise<number> => {
  for (;;) {
    const port = await freePort()
    if (port < highestPort) return port
  }
}

class Fleet {
  readonly folder = mkdtempSync(join(tmpdir(), 'parley-ha-redis-'))
  readonly servers = new Map<number, ServerProcess>()
  readonly #commands = new Map<number, readonly string[]>()

  async start(flags: Readonly<Record<string, string>>, before: readonly string[] = []): Promise<number> {
    const port = await lowPort()
    const dir = join(this.folder, String(port))
    mkdirSync(dir)
    const all = { port: String(port), bind: '127.0.0.1', save: '', appendonly: 'no', dir, ...flags }
    this.#commands.set(port, [...before, ...Object.entries(all).flatMap(([name, value]) => [`--${name}`, ...value.split(' ')])])
    await this.restart(port)
    return port
  }

  async restart(port: number): Promise<void> {
    this.servers.set(port, startServerProcess('redis-server', this.#commands.get(port)!, { logFile: join(this.folder, `${port}.log`) }))
    await until(async () => (await ask(port, (client) => client.ping())) === 'PONG', within)
  }

  async kill(port: number): Promise<void> {
    await this.servers.get(port)?.kill()
    this.servers.delete(port)
  }

  async stop(): Promise<void> {
    await Promise.all([...this.servers.keys()].map((port) => this.kill(port)))
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A master, two replicas, and three Sentinels that watch them. */
export const startRedisSentinels = async (): Promise<RedisServers> => {
  const fleet = new Fleet()
  const first = await fleet.start({})
  for (let n = 0; n < 2; n++) await fleet.start({ replicaof: `127.0.0.1 ${first}` })
  const sentinels: number[] = []
  for (let n = 0; n < 3; n++) {
    const file = join(fleet.folder, `sentinel-${n}.conf`)
    writeFileSync(
      file,
      [`sentinel monitor parley 127.0.0.1 ${first} 2`, 'sentinel down-after-milliseconds parley 1000', 'sentinel failover-timeout parley 2000'].join(
        '\n',
      ),
    )
    sentinels.push(await fleet.start({}, [file, '--sentinel']))
  }
  const known = <T>(port: number, what: string): Promise<T> => ask(port, (client) => client.call('SENTINEL', what, 'parley') as Promise<T>)
  const master = async (port: number): Promise<number> => Number((await known<string[]>(port, 'GET-MASTER-ADDR-BY-NAME'))[1])
  await until(async () => {
    const others = await Promise.all(sentinels.map((port) => known<unknown[]>(port, 'SENTINELS')))
    const replicas = await Promise.all(sentinels.map((port) => known<unknown[]>(port, 'REPLICAS')))
    return others.every(({ length }) => length === 2) && replicas.every(({ length }) => length === 2)
  }, within)
  return {
    url: `redis+sentinel://${sentinels.map((port) => `127.0.0.1:${port}`).join(',')}/parley`,
    async failOver() {
      const before = await master(sentinels[0]!)
      await fleet.kill(before)
      const after = await until(async () => {
        const now = await Promise.all(sentinels.map(master))
        return now.every((port) => port !== before) && now[0]!
      }, within)
      await until(async () => (await ask(after, (client) => client.role()))[0] === 'master', within)
    },
    // the other replica has nobody to wait for
    recover: async () => undefined,
    stop: () => fleet.stop(),
  }
}

/** Three masters with a replica each. */
export const startRedisCluster = async (): Promise<RedisServers> => {
  const fleet = new Fleet()
  const flags = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '1500' }
  const ports = await Promise.all(Array.from({ length: 6 }, () => fleet.start(flags)))
  const nodes = ports.map((port) => `127.0.0.1:${port}`)
  execFileSync('redis-cli', ['--cluster', 'create', ...nodes, '--cluster-replicas', '1', '--cluster-yes'], { stdio: 'ignore' })
  const healthy = async (port: number): Promise<boolean> => (await ask(port, (client) => client.cluster('INFO'))).includes('cluster_state:ok')
  const nodesSeen = (port: number): Promise<string> => ask(port, (client) => client.call('CLUSTER', 'NODES') as Promise<string>)
  const replicas = async (port: number): Promise<number> => (await nodesSeen(port)).split('\n').filter((line) => line.includes('slave')).length
  const role = async (port: number): Promise<string> => (await ask(port, (client) => client.role()))[0] as string
  /** A replica that has never seen its master's data does not take its place. */
  const synced = async (port: number): Promise<boolean> => {
    const [what, , , link] = (await ask(port, (client) => client.role())) as unknown[]
    return what === 'master' || link === 'connected'
  }
  const whole = async (port: number): Promise<boolean> => (await healthy(port)) && (await replicas(port)) === 3 && (await synced(port))
  await until(async () => (await Promise.all(ports.map(whole))).every(Boolean), within)
  return {
    url: `redis+cluster://${nodes.join(',')}`,
    async failOver(key = '') {
      const other = [...fleet.servers.keys()][0]!
      const slot = await ask(other, (client) => client.cluster('KEYSLOT', key))
      const holder = async (port: number): Promise<number> => {
        const slots = await ask(port, (client) => client.call('CLUSTER', 'SLOTS') as Promise<[number, number, [string, number]][]>)
        return slots.find(([from, to]) => from <= slot && slot <= to)![2][1]
      }
      const before = await holder(other)
      await fleet.kill(before)
      const left = [...fleet.servers.keys()]
      const moved = async (port: number): Promise<boolean> => (await holder(port)) !== before && (await healthy(port))
      await until(async () => (await Promise.all(left.map(moved))).every(Boolean), within)
    },
    async recover() {
      for (const port of ports.filter((one) => !fleet.servers.has(one))) {
        await fleet.restart(port)
        await until(async () => (await synced(port)) && (await role(port)) === 'slave', within)
      }
    },
    stop: () => fleet.stop(),
  }
}
