import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { checkConfig, loadConfig } from '@parley/kernel'
import { ParleyError } from '@parley/plugin-api'
import { knowsToken, startRunner } from '@parley/services/runner'
import { createLogger, createMetrics, measureRunner } from '@parley/services/observability'
import { z } from 'zod'
import { logSection, runnerLimits, runnerSection, serverSection, systemSection, wellKnown } from '../config-sections.ts'
import { isLocalRequest } from '../system/is-local.ts'
import { refuseCredentials } from './refuse-credentials.ts'
import { runnerProgram } from './runner-program.ts'

export interface RunnerProcessOptions {
  readonly root: string
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly print: (line: string) => void
}

/** What of the configuration is a runner's. */
const sections = z.object({ server: serverSection, runner: runnerSection, log: logSection, system: systemSection })
const drainSection = z.object({ drainTimeout: z.coerce.number().positive().default(20) }).prefault({})

/** `parley start --role runner`: no plugins, no database, no Redis, only this. */
export async function startRunnerProcess({ root, variables, print }: RunnerProcessOptions): Promise<void> {
  const loaded = loadConfig({ directory: join(root, 'config'), environment: variables['NODE_ENV'] || 'development', variables, wellKnown })
  refuseCredentials(loaded, variables)
  const { server, runner, log: logging, system, host } = loaded.values
  const checked = await checkConfig(sections, { server, runner, log: logging, system }, [], (path) => loaded.origin(path))
  const problems = [...loaded.problems, ...checked.problems]
  if (checked.value === undefined || problems.length > 0)
    throw new ParleyError('invalid_config', `The configuration is wrong:\n${problems.join('\n')}`)
  const config = checked.value
  const { token } = config.runner
  if (token === undefined) {
    throw new ParleyError(
      'invalid_config',
      'A runner needs a token that those who send it code know, too: PARLEY_RUNNER_TOKEN (runner.token), 16 characters or more.',
    )
  }
  // what a run sees of time does not depend on where it runs
  process.env['TZ'] = 'UTC'
  const log = createLogger({ level: config.log.level })
  const metrics = createMetrics({ log })
  const measure = measureRunner(metrics.host)
  let state: 'ready' | 'stopping' = 'ready'

  const page = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const trusted = config.system.open || isLocalRequest(request) || knowsToken(request, token)
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body))
    }
    const [path] = (request.url ?? '').split('?')
    if (path === '/health/live') return answer(200, { status: 'live' })
    if (path === '/health/ready') {
      const problem = state === 'ready' ? started.problem() : `it is ${state}`
      const told = trusted ? { roles: ['runner'], problems: problem === undefined ? {} : { runner: problem }, degraded: {} } : {}
      return answer(problem === undefined ? 200 : 503, { status: problem === undefined ? 'ready' : 'not ready', ...told })
    }
    if (path !== '/metrics') return answer(404, { status: 'this is a runner' })
    if (!trusted) return answer(401, { status: 'metrics are for this machine and for who knows the token of the runner' })
    measure(started.state())
    response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' }).end(await metrics.text())
  }

  const { port, address } = config.server
  const started = await startRunner({
    program: runnerProgram(),
    limits: runnerLimits(config.runner),
    token,
    log,
    port,
    ...(address === undefined ? {} : { address }),
    page: (request, response) => void page(request, response).catch((error: unknown) => response.destroy(error as Error)),
  })
  const patience = drainSection.parse({ drainTimeout: (host as { drainTimeout?: unknown } | undefined)?.drainTimeout }).drainTimeout * 1000
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      log.info(state === 'ready' ? 'Ending' : 'Ending at once', { signal })
      if (state === 'stopping') process.exit(1)
      state = 'stopping'
      void started.stop(patience).finally(() => process.exit(0))
    })
  }
  print(`Parley is ready at ${started.url}`)
}
