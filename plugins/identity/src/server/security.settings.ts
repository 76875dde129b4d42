import { permission, type SettingsPage } from '@parley/plugin-api'
import { z } from 'zod'

export const editSecurity = permission('security', 'edit', 'Change the rules of sign-in and sessions')

const schema = z.object({
  passwordMinLength: z.number().int().min(8).max(64).default(10).meta({ title: 'Shortest password', description: 'Characters' }),
  sessionDays: z
    .number()
    .int()
    .min(1)
    .max(365)
    .default(30)
    .meta({ title: 'Length of a session', description: 'Days without use after which people sign in again' }),
  resetLinkHours: z
    .number()
    .int()
    .min(1)
    .max(72)
    .default(24)
    .meta({ title: 'Life of a password link', description: 'Hours in which a link for a new password can be used, once' }),
  presenceGraceMinutes: z
    .number()
    .int()
    .min(1)
    .max(120)
    .default(10)
    .meta({ title: 'Away after', description: 'Minutes without a sign of life from a browser after which a person counts as gone' }),
})
export type SecuritySettings = z.infer<typeof schema>

export const securityPage: SettingsPage<SecuritySettings> = {
  id: 'security',
  title: 'Sign-in and sessions',
  schema,
  scope: 'instance',
  permission: editSecurity,
}
