import { z } from 'zod'

/** The first administrator, made when there is no user yet. Without a password one is generated and printed once. */
export const config = z.object({
  admin: z
    .object({ login: z.string().trim().min(1).max(254).optional(), password: z.string().min(1).max(256).optional() })
    .prefault(() => ({ login: environment('PARLEY_ADMIN_LOGIN'), password: environment('PARLEY_ADMIN_PASSWORD') })),
})
export type IdentityConfig = z.infer<typeof config>

const environment = (name: string): string | undefined => (process.env[name] === '' ? undefined : process.env[name])
