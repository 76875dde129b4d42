import { permission, type Route } from '@parley/plugin-api'
import { z } from 'zod'
import { hostRoute } from '../settings/host-route.ts'
import type { Configuration } from './configuration.ts'

export const exportConfiguration = permission('configuration', 'export', 'Export and compare the whole configuration')
export const importConfiguration = permission('configuration', 'import', 'Import the whole configuration')

const maxBytes = 32 * 1024 * 1024

const files = z.array(z.object({ path: z.string().min(1).max(500), text: z.string() })).max(20_000)
const wanted = z.object({
  files,
  only: z.array(z.string().max(128)).max(100).default([]),
  /** By their names in the files; never stored as they come. */
  secrets: z.record(z.string().max(1_000), z.string().max(100_000)).default({}),
})
const problem = z.object({ file: z.string(), path: z.string(), message: z.string() })
const difference = z.object({
  changes: z.array(
    z.object({
      file: z.string(),
      kind: z.string(),
      key: z.string(),
      change: z.enum(['added', 'changed', 'removed']),
      fields: z.array(z.object({ path: z.string(), before: z.unknown().optional(), after: z.unknown().optional() })),
      conflict: z.enum(['both', 'here', 'gone']).optional(),
    }),
  ),
  problems: z.array(problem),
  missingSecrets: z.array(z.object({ name: z.string(), file: z.string(), path: z.string() })),
  kept: z.array(z.string()),
})

/** Paths are relative to `/api/v1`; the host mounts them. */
export const configurationRoutes = (configuration: Configuration): readonly Route[] => [
  hostRoute(
    'GET',
    '/configuration/export',
    {
      permission: exportConfiguration,
      response: z.object({ hash: z.string(), files, kinds: z.array(z.string()) }),
      summary: 'Everything that is configured, as files; secrets by name only',
    },
    () => configuration.export(),
  ),
  hostRoute(
    'POST',
    '/configuration/diff',
    {
      permission: exportConfiguration,
      maxBytes,
      body: wanted,
      response: difference,
      unaudited: 'nothing is written',
      summary: 'What an import of these files would change; what only this installation has is shown as removed',
    },
    ({ body }) => configuration.diff(body.files, body),
  ),
  hostRoute(
    'POST',
    '/configuration/import',
    {
      permission: importConfiguration,
      maxBytes,
      body: wanted.extend({ dryRun: z.boolean().default(false), prune: z.boolean().default(false), overwrite: z.boolean().default(false) }),
      response: difference.extend({ applied: z.boolean(), hash: z.string(), warnings: z.array(z.string()) }),
      summary: 'Makes this installation as the files say, all of it or nothing',
    },
    ({ body, actor, origin, signal }) => configuration.import(body.files, { ...body, actor, origin, signal }),
  ),
]
