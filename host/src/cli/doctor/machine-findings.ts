import { access, constants, mkdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { resolve } from 'node:path'
import { createDatabase, createLogger, redisAddress } from '@parley/services'
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

/** Every server that the address names: of several one may be away. */
export async function redis({ host }: Installation): Findings {
  const nodes = nodesOf(host.redis.url)
  const silent = (await Promise.all(nodes.map(silence))).flatMap((text) => text ?? [])
  return silent.map(silent.length === nodes.length ? problem : notice)
}

interface Node {
  readonly host: string
  readonly port: number
}

function nodesOf(url: string | undefined): readonly Node[] {
  const address = url === undefined ? undefined : redisAddress(url)
  if (address === undefined) return []
  if (address.kind !== 'one') return address.nodes
  const { hostname, port } = new URL(address.url)
  return [{ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6379) }]
}

const silence = ({ host, port }: Node): Promise<string | undefined> =>
  new Promise((resolveSilence) => {
    const socket = connect({ host, port, timeout: 3000 })
    const answer = (text?: string) => (): void => {
      socket.destroy()
      resolveSilence(text)
    }
    socket.once('connect', answer())
    socket.once('timeout', answer(`${host}:${port} does not answer.`))
    socket.once('error', answer(`nothing listens at ${host}:${port}.`))
  })

/** Every runner that is named: of several one may be away. */
export async function runners({ host }: Installation): Findings {
  const { urls, token } = host.runner
  const silent = (await Promise.all(urls.map((url) => silenceOfRunner(url, token)))).flatMap((text) => text ?? [])
  return silent.map(silent.length === urls.length ? problem : notice)
}

async function silenceOfRunner(url: string, token: string | undefined): Promise<string | undefined> {
  try {
    const answer = await fetch(new URL('/metrics', url.replace(/^ws/, 'http')), {
      // as if from elsewhere: this machine may read it without the token
      headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': 'doctor' },
      signal: AbortSignal.timeout(3000),
    })
    await answer.body?.cancel()
    if (answer.status === 401) return `the runner at ${url} does not accept runner.token.`
    return answer.ok ? undefined : `what is at ${url} is no runner: it answers ${answer.status}.`
  } catch {
    return `no runner answers at ${url}.`
  }
}
