import { permission, type SettingsPage } from '@parley/plugin-api'
import { z } from 'zod'

export const editInstanceSettings = permission('instance_settings', 'edit', 'Change instance settings')

const schema = z.object({
  values: z
    .record(z.string().regex(/^[\w-]{1,100}$/), z.string().max(10_000).meta({ format: 'password' }))
    .default({})
    .meta({ title: 'Values', description: 'Read in scenarios as {{instance_settings.key}}. Kept sealed: tokens belong here, not in nodes.' }),
})

/** Tokens and addresses that scenarios use and must not contain. */
export const instanceSettings: SettingsPage<z.output<typeof schema>> = {
  id: 'instance-settings',
  title: 'Instance settings',
  schema,
  scope: 'instance',
  permission: editInstanceSettings,
}
