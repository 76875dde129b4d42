import { access, constants, mkdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { resolve } from 'node:path'
import { createDatabase, createLogger } from '@parley/services'
import type { Installation } from '../../installation.ts'
import { notice, problem, type Finding } from './finding.ts'

type Findings = Promise<readonly Finding[]>

export async function dataFolder({ host, root }: Installation): Findings {
  const folder = resolve(root, host.data.directory)
  await mkdir(folder, { recursive: true })
  await access(folder, constants.W_OK)
  return []
}

/** `answers`: whether what plugins and licences depend on could be read. */
export async function database({ host }: Installation, answers: boolean): Findings {
  const { url } = host.database
  const unknown = 'What was disabled or is in quarantine, and which licences were uploaded, is not known now.'
  // The embedded server is made at the start, on a port of its own.
  if (url === undefined) return answers ? [] : [notice(`the one that comes with Parley does not run. ${unknown}`)]
  const store = createDatabase({ url, max: 1, log: createLogger({ level: 'silent' }) })
  try {
    const [row] = await store.host.query<{ version: number }>("SELECT current_setting('server_version_num')::int AS version")
    return row!.version >= 150_000 ? [] : [problem(`PostgreSQL ${row!.version / 10_000} is too old. Use 15 or newer.`)]
  } catch (error) {
    return [problem(`${(error as Error).message} ${unknown}`)]
  } finally {
    await store.close()
  }
}

export async function redis({ host }: Installation): Findings {
  if (host.redis.url === undefined) return []
  const { hostname, port } = new URL(host.redis.url)
  return new Promise((resolveFindings) => {
    const socket = connect({ host: hostname, port: Number(port || 6379), timeout: 3000 })
    const answer = (findings: readonly Finding[]) => (): void => {
      socket.destroy()
      resolveFindings(findings)
    }
    socket.once('connect', answer([]))
    socket.once('timeout', answer([problem(`${hostname}:${port || 6379} does not answer.`)]))
    socket.once('error', answer([problem(`nothing listens at ${hostname}:${port || 6379}.`)]))
  })
}
