import { existsSync } from 'node:fs'
import { access, constants, mkdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import type { CoreServices } from '@parley/kernel'
import { createKernel } from '@parley/kernel'
import { authenticator, configuration, demoData, limitUsage } from '@parley/plugin-api'
import { createDatabase, createLogger, systemClock } from '@parley/services'
import { readInstallation, type Installation } from '../installation.ts'
import type { Command } from './command.ts'

type Finding = string | undefined

/** `parley doctor`: looks at everything a start needs, starts nothing, tells all it finds. */
export const doctor: Command = async ({ root, variables, print }) => {
  const installation = await readInstallation(root, { ...variables, PARLEY_LOG_LEVEL: 'silent' })
  const checks: [string, () => Promise<Finding>][] = [
    [
      'Node',
      async () =>
        Number(process.versions.node.split('.')[0]) >= 20 ? undefined : `version ${process.versions.node} is too old. Install 20.19 or newer.`,
    ],
    ['configuration and plugins', () => plugins(installation)],
    ['data folder', () => dataFolder(installation)],
    ['database', () => database(installation)],
    ['Redis', () => redis(installation)],
    [
      'screens',
      async () => (existsSync(join(installation.shellDirectory, 'shell-manifest.json')) ? undefined : 'they are not built. Run: npm run build'),
    ],
  ]
  let problems = 0
  for (const [name, check] of checks) {
    const finding = await check().catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
    if (finding !== undefined) problems += 1
    print(finding === undefined ? `ok       ${name}` : `problem  ${name}: ${finding}`)
  }
  return problems === 0 ? 0 : 1
}

async function plugins({ found, loaded, host }: Installation): Promise<Finding> {
  const kernel = createKernel({
    plugins: found,
    config: loaded,
    critical: host.host.critical,
    chosen: host.host.points,
    points: [authenticator, demoData, configuration, limitUsage],
    clock: systemClock(),
    log: createLogger({ level: 'silent' }),
    // Nothing is initialised, so nothing asks for a service.
    core: () => ({}) as CoreServices,
  })
  await kernel.load()
  const lost = kernel.plugins().filter(({ state }) => state !== 'registered' && state !== 'disabled')
  return lost.length === 0 ? undefined : lost.map(({ id, state, reason }) => `"${id}" is ${state}: ${reason}`).join('; ')
}

async function dataFolder({ host, root }: Installation): Promise<Finding> {
  const folder = resolve(root, host.data.directory)
  await mkdir(folder, { recursive: true })
  await access(folder, constants.W_OK)
  return undefined
}

async function database({ host }: Installation): Promise<Finding> {
  const { url } = host.database
  // The embedded server is made at the start, on a port of its own.
  if (url === undefined) return undefined
  const store = createDatabase({ url, max: 1, log: createLogger({ level: 'silent' }) })
  try {
    const [row] = await store.host.query<{ version: number }>("SELECT current_setting('server_version_num')::int AS version")
    return row!.version >= 150_000 ? undefined : `PostgreSQL ${row!.version / 10_000} is too old. Use 15 or newer.`
  } finally {
    await store.close()
  }
}

async function redis({ host }: Installation): Promise<Finding> {
  if (host.redis.url === undefined) return undefined
  const { hostname, port } = new URL(host.redis.url)
  return new Promise((resolveFinding) => {
    const socket = connect({ host: hostname, port: Number(port || 6379), timeout: 3000 })
    const answer = (finding: Finding) => (): void => {
      socket.destroy()
      resolveFinding(finding)
    }
    socket.once('connect', answer(undefined))
    socket.once('timeout', answer(`${hostname}:${port || 6379} does not answer.`))
    socket.once('error', answer(`nothing listens at ${hostname}:${port || 6379}.`))
  })
}
