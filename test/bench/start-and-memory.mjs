import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { administrator, freePort, median, memoryOf, root, until } from './setting.mjs'

/**
 * (c) From the start of a host process with a migrated database until it is ready, and its memory when nothing happens. And a later `npm start`, which
 * looks for what is stale and starts the PostgreSQL that comes with Parley too.
 */
export const startAndMemory = async (setting, { rounds }) => {
  const postgres = await setting.postgres()
  const databaseUrl = await postgres.database('start')
  const first = await setting.host({ databaseUrl })
  await first.stop()
  const starts = []
  const memories = []
  for (let round = 0; round < rounds; round += 1) {
    const host = await setting.host({ databaseUrl })
    starts.push(host.readyAfter)
    await new Promise((resolve) => setTimeout(resolve, 3000))
    memories.push(memoryOf(host.pid))
    await host.stop()
  }
  const dataDir = join(setting.folder, 'npm-start')
  await npmStart(dataDir)
  const later = []
  for (let round = 0; round < rounds; round += 1) later.push(await npmStart(dataDir))
  return { readySeconds: median(starts), idleMegabytes: median(memories), npmStartSeconds: median(later) }
}

/** Seconds until ready; it is stopped again before this answers. */
const npmStart = async (dataDir) => {
  const port = await freePort()
  const { DATABASE_URL: _, REDIS_URL: __, ...variables } = process.env
  const started = performance.now()
  // a process group of its own, because npm has a shell between itself and node
  const child = spawn('npm', ['start', '--silent'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...variables,
      PORT: String(port),
      PARLEY_DATA_DIR: dataDir,
      PARLEY_ADMIN_LOGIN: administrator.login,
      PARLEY_ADMIN_PASSWORD: administrator.password,
      PARLEY_LOG_LEVEL: 'error',
    },
  })
  const alive = () => {
    try {
      return process.kill(-child.pid, 0)
    } catch {
      return false
    }
  }
  try {
    await until(async () => {
      if (child.exitCode !== null) throw new Error('npm start did not start')
      return (await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined))?.ok
    })
    return (performance.now() - started) / 1000
  } finally {
    if (alive()) process.kill(-child.pid, 'SIGTERM')
    await until(() => !alive(), 30)
  }
}
