import { ParleyError, type PluginManifest } from '@parley/plugin-api'
import { z } from 'zod'
import { isPublicKeyText } from '../licence/licence-keys.ts'

const id = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be kebab-case, such as "channel-signal"')
  .refine((text) => text !== 'host', 'must not be "host", which is Parley itself')
const references = z.array(z.string().regex(/^[^@\s]+\.[^@\s]+@\d+$/, 'must look like "plugin.thing@1"')).optional()

const words = z.strictObject({ en: z.string().min(1), uk: z.string().min(1) })

const packageJson = z.object({
  name: z.string(),
  version: z.string(),
  parley: z.strictObject({
    id,
    kind: z.enum(['feature', 'channel', 'system']),
    api: z.string(),
    title: words.optional(),
    description: words.optional(),
    pages: z.array(z.strictObject({ path: z.string().startsWith('/'), title: words })).optional(),
    licence: z.string().min(1).optional(),
    licenceKey: z.string().refine(isPublicKeyText, 'must be a public key such as "ed25519:…", as "parley licence keygen" prints it').optional(),
    paid: z.array(z.string().min(1)).optional(),
    consumes: references,
    optional: references,
    provides: references,
    owns: references,
    contributes: references,
    permissions: z.record(z.string().regex(/^[^.\s]+\.[^\s]+$/, 'must look like "module.verb"'), z.union([z.string(), words])).optional(),
    outbound: z
      .array(
        z
          .string()
          .regex(/^(\*|(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d+)?)$/i, 'must be a host, such as "api.line.me", or "*" for addresses that people enter'),
      )
      .optional(),
    config: z.record(z.string(), z.string()).optional(),
    ui: z.string().optional(),
    browser: z.record(z.string(), z.string()).optional(),
  }),
})

export interface PackagedManifest {
  readonly package: string
  readonly version: string
  readonly manifest: PluginManifest
}

/** Reads the `parley` block of a package.json. Nothing of the plugin runs. `file` is only named in the error. */
export function readManifest(content: unknown, file: string): PackagedManifest {
  const result = packageJson.safeParse(content)
  if (result.success) {
    return { package: result.data.name, version: result.data.version, manifest: result.data.parley as PluginManifest }
  }
  const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new ParleyError('invalid_config', `${file} does not describe a plugin: ${problems.join('; ')}.`)
}
