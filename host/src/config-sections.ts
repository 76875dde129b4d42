import type { RunnerLimits } from '@parley/services/runner'
import { z } from 'zod'

const list = z.array(z.string())

/** Where a process listens, and what stands before it. */
export const serverSection = z
  .object({
    port: z.coerce.number().int().min(0).max(65_535).default(3000),
    /** Interface to listen on; all of them by default. */
    address: z.string().optional(),
    publicUrl: z.url({ protocol: /^https?$/ }).optional(),
    trustedProxies: list.default([]),
    allowedOrigins: list.default([]),
    /** Also long polling, which needs sticky sessions as soon as two processes answer. */
    polling: z.boolean().default(false),
    /** Socket connections one address may open each minute, a minute's worth at once; people and widgets are counted apart. */
    handshakesPerMinute: z.number().int().positive().default(600),
  })
  .prefault({})

/** What is written, at which level. */
export const logSection = z.object({ level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info') }).prefault({})

/** Who may look at a process. */
export const systemSection = z
  .object({
    /** Whether anybody may read `/metrics` and the reasons of failures; otherwise this machine and who knows the token. */
    open: z.boolean().default(false),
    token: z.string().min(16).meta({ visibility: 'secret' }).optional(),
  })
  .prefault({})

/** Where code of users runs, and what it may use there. */
export const runnerSection = z
  .object({
    /** Processes of the role `runner`, such as `http://runner:3000`; of a name with several addresses each is one. Separated by commas or a list. Without it a process that has the role among others starts a child. */
    urls: z
      .preprocess(
        (urls) => (typeof urls === 'string' ? urls.split(/[\s,]+/).filter((url) => url !== '') : urls),
        z.array(z.url({ protocol: /^(https?|wss?)$/, error: 'must be addresses such as http://runner:3000' })),
      )
      .default([]),
    /** What a runner asks of who wants code to run; the same everywhere. */
    token: z.string().min(16).meta({ visibility: 'secret' }).optional(),
    /** Seconds a run may take at most, whatever its plugin asks for. */
    timeLimit: z.coerce.number().positive().max(600).default(30),
    /** MB for each run. */
    memory: z.coerce.number().int().min(32).max(2048).default(64),
    /** Runs at once in one runner. */
    parallel: z.coerce.number().int().min(1).max(64).default(8),
    /** Runs that wait in one runner for their turn; more are refused as `busy`. */
    waiting: z.coerce.number().int().min(0).default(200),
    /** Seconds that they wait. */
    waitTime: z.coerce.number().positive().default(5),
    /** Characters of source, or of JSON that crosses in one piece: input, result, arguments and answers of functions. */
    dataSize: z.coerce
      .number()
      .int()
      .min(1024)
      .max(8 * 1024 * 1024)
      .default(1024 * 1024),
  })
  .refine(({ urls, token }) => urls.length === 0 || token !== undefined, {
    path: ['token'],
    error: 'is missing: it must be what the runners at runner.urls were given (PARLEY_RUNNER_TOKEN)',
  })
  .prefault({})

/** Seconds of the configuration as the runner counts. */
export const runnerLimits = ({ timeLimit, waitTime, memory, parallel, waiting, dataSize }: z.infer<typeof runnerSection>): RunnerLimits => ({
  ...{ memory, parallel, waiting, dataSize },
  timeLimit: timeLimit * 1000,
  waitTime: waitTime * 1000,
})

/** Variables that work without the `PARLEY__` prefix. */
export const wellKnown = {
  PORT: 'server.port',
  PARLEY_PUBLIC_URL: 'server.publicUrl',
  DATABASE_URL: 'database.url',
  DATABASE_DIRECT_URL: 'database.directUrl',
  DATABASE_REPORTS_URL: 'database.reports.url',
  REDIS_URL: 'redis.url',
  PARLEY_DATA_DIR: 'data.directory',
  PARLEY_SECRET_KEY: 'secrets.key',
  PARLEY_LOG_LEVEL: 'log.level',
  PARLEY_LICENCE: 'host.licence.file',
  PARLEY_RUNNER_URLS: 'runner.urls',
  PARLEY_RUNNER_TOKEN: 'runner.token',
}
