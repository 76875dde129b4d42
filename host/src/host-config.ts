import { join } from 'node:path'
import { checkConfig, isPublicKeyText, loadConfig, type LoadedConfig } from '@parley/kernel'
import { redisAddress } from '@parley/services'
import { z } from 'zod'
import { logSection, runnerSection, serverSection, systemSection, wellKnown } from './config-sections.ts'
import type { PublisherTrust } from './plugins/plugin-signature.ts'

const redisForms =
  'must be redis://host:6379, redis+sentinel://host:26379,host:26379/master or redis+cluster://host:6379,host:6379; with TLS rediss… instead of redis…'
const list = z.array(z.string())
const postgresUrl = z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
const publisherKey = z.string().refine(isPublicKeyText, 'must be a public key such as "ed25519:…", as "parley plugins keygen" prints it')

/** Deployment configuration outside `plugins`. What is not said here is decided in `config/default.yaml`. */
export const hostConfig = z.object({
  host: z
    .object({
      /** Plugins without which nothing starts. */
      critical: list.default([]),
      /** Point that takes one contribution -> plugin. */
      points: z.record(z.string(), z.string()).default({}),
      outbound: z
        .object({
          /** What plugins may call although it is not public: `host`, `host:port`, `[IPv6]:port` or a range. */
          allow: list.default([]),
        })
        .prefault({}),
      licence: z
        .object({
          /** The licence file; without it `config/licence.json` and `licence.json` in the data folder are looked for. */
          file: z.string().min(1).optional(),
          /** Public keys whose licences count here, beside those in `config/licence/keys`. */
          keys: z
            .array(z.string().refine(isPublicKeyText, 'must be a public key such as "ed25519:…", as "parley licence keygen" prints it'))
            .default([]),
          /** Every plugin that is not critical needs a feature: the one its manifest names, else one of its id. */
          required: z.boolean().default(false),
        })
        .prefault({}),
      /** `required`: what does not come with Parley is imported only when a publisher of the list below signed it. */
      signatures: z.enum(['required', 'optional']).default('optional'),
      /** Name -> public key, or several while keys change, as `parley plugins keygen` prints them. */
      publishers: z.record(z.string(), z.union([publisherKey, z.array(publisherKey)])).default({}),
      /** Seconds a plugin may take to start. */
      startTimeout: z.number().positive().default(30),
      /** Seconds requests, jobs and sockets are given to end when the process stops. */
      drainTimeout: z.number().positive().default(20),
      /** Seconds between "not ready" and the end of accepting, for load balancers to notice. By default 5 with Redis, which many processes share, else 0. */
      drainDelay: z.number().min(0).optional(),
      /** Seconds over which browsers are sent to other processes when this one stops. By default 5 with Redis, else 0. */
      reconnectWindow: z.number().min(0).optional(),
    })
    .prefault({}),
  server: serverSection,
  database: z
    .object({
      /** Without it the PostgreSQL that comes with Parley is started in the data folder. */
      url: postgresUrl.optional(),
      /** Of PostgreSQL itself, when `url` is a pooler's: for migrations, and for the session that tells others that this process lives. */
      directUrl: postgresUrl.optional(),
      connections: z.number().int().min(2).default(10),
      statementTimeout: z.number().int().min(0).default(30_000),
      preparedStatements: z.boolean().default(true),
      /** Reads that bear data some seconds old. */
      reports: z
        .object({
          /** One or several standbys; without it everything is read from the primary. */
          url: postgresUrl.optional(),
          connections: z.number().int().min(1).default(4),
          statementTimeout: z.number().int().min(0).default(60_000),
        })
        .prefault({}),
      /** `auto`: at start. `verify`: refuse to start with pending migrations. By default `auto`, in production with a database of its own `verify`. */
      migrate: z.enum(['auto', 'verify']).optional(),
    })
    .prefault({}),
  redis: z
    .object({
      /** Without it one process works alone, with a queue in memory. */
      url: z
        .string()
        .refine((url) => redisAddress(url) !== undefined, redisForms)
        .optional(),
      prefix: z.string().optional(),
    })
    .prefault({}),
  data: z.object({ directory: z.string().min(1).default('./.data') }).prefault({}),
  secrets: z.object({ key: z.string().min(1).meta({ visibility: 'secret' }).optional() }).prefault({}),
  log: logSection,
  runner: runnerSection,
  telemetry: z
    .object({
      traces: z
        .object({
          /** Where traces are sent: OTLP over HTTP, the whole address, such as `http://collector:4318/v1/traces`. Off without it. */
          url: z.url({ protocol: /^https?$/ }).optional(),
          headers: z.record(z.string(), z.string()).default({}).meta({ visibility: 'secret' }),
          /** Of the requests that begin a trace, between 0 and 1; those that come with a trace follow its decision. */
          share: z.number().min(0).max(1).default(1),
        })
        .prefault({}),
    })
    .prefault({}),
  system: systemSection,
})
export type HostConfig = z.infer<typeof hostConfig>

/** Whose plugins this installation runs. */
export const publisherTrust = ({ host }: HostConfig): PublisherTrust => ({
  required: host.signatures === 'required',
  publishers: Object.fromEntries(Object.entries(host.publishers).map(([name, keys]) => [name, [keys].flat()])),
})

export interface DeploymentConfig {
  readonly environment: string
  readonly host: HostConfig
  /** Everything, with `plugins`, for the kernel; carries the problems of the host's part too. */
  readonly loaded: LoadedConfig
}

/** Reads and checks the deployment configuration; problems are kept, so that they are told together with those of plugins. */
export async function readDeploymentConfig(root: string, variables: Readonly<Record<string, string | undefined>>): Promise<DeploymentConfig> {
  const environment = variables['NODE_ENV'] || 'development'
  const loaded = loadConfig({ directory: join(root, 'config'), environment, variables, wellKnown })
  const { plugins: _, ...values } = loaded.values
  const checked = await checkConfig(hostConfig, values, [], (path) => loaded.origin(path))
  return {
    environment,
    host: checked.value ?? whatIsRight(values),
    loaded: { ...loaded, problems: [...loaded.problems, ...checked.problems] },
  }
}

/** Sections without a mistake, defaults for the others: enough to go on looking for problems, never to start. */
const whatIsRight = (values: Readonly<Record<string, unknown>>): HostConfig =>
  Object.fromEntries(
    Object.entries(hostConfig.shape).map(([section, schema]) => {
      const result = schema.safeParse(values[section])
      return [section, result.success ? result.data : schema.parse({})]
    }),
  ) as HostConfig
