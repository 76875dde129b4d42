import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { freePort } from './free-port.ts'
import { endWithThisProcess } from './process-guard.ts'
import { testRedisDatabases } from './test-redis.ts'

export interface RedisServer {
  readonly url: string
  stop(): Promise<void>
}

/** The suite's own server, in memory, on a free port; `undefined` where Redis is not installed. */
export const startRedisServer = async (folder: string): Promise<RedisServer | undefined> => {
  if (spawnSync('redis-server', ['--version']).status !== 0) return undefined
  const port = await freePort()
  const flags = { port, bind: '127.0.0.1', save: '', appendonly: 'no', databases: testRedisDatabases, dir: folder }
  const server = spawn(
    'redis-server',
    Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
    { stdio: 'ignore' },
  )
  const ended = once(server, 'exit')
  const release = endWithThisProcess(server.pid)
  const url = `redis://127.0.0.1:${port}`
  await Promise.race([answering(url), ended.then(() => Promise.reject(new Error('redis-server ended at once')))])
  const stop = async () => {
    server.kill('SIGTERM')
    await ended
    release()
  }
  return { url, stop }
}

const answering = async (url: string): Promise<void> => {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => 20, maxRetriesPerRequest: null })
  client.on('error', () => {})
  try {
    for (const deadline = Date.now() + 10_000; (await client.ping().catch(() => '')) !== 'PONG'; await delay(20)) {
      if (Date.now() > deadline) throw new Error('redis-server does not answer')
    }
  } finally {
    client.disconnect()
  }
}
