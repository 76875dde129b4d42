import { eventType, permission, token, type Within } from '@parley/plugin-api'
import { z } from 'zod'

/** A person who works here. */
export const user = z.object({
  id: z.uuid(),
  /** The login; an e-mail address, lower case. */
  email: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  roles: z.array(z.string()),
  active: z.boolean(),
  avatarUrl: z.string().optional(),
  createdAt: z.iso.datetime(),
})
export type User = z.infer<typeof user>

/** Roles every installation has; others may be added. */
export const builtInRoles = ['root', 'administrator', 'supervisor', 'operator', 'light_agent', 'integrator', 'analyst'] as const

/** The people who work here, and what they may do. */
export interface Users {
  get(id: string): Promise<User | undefined>
  byIds(ids: readonly string[]): Promise<Map<string, User>>
  list(filter?: { active?: boolean; role?: string }): Promise<User[]>
  create(user: { email: string; firstName: string; lastName: string; roles: readonly string[]; password: string }): Promise<User>
  remove(id: string, options?: { within?: Within }): Promise<void>
  /** Whether the user's roles hold the permission, asked outside a request. */
  can(userId: string, permissionId: string, botId?: string): Promise<boolean>
}
export const users = token<Users>('identity.users@1')

/** Who has the shell open. A lost session counts as gone after the heartbeat's grace, not at once. */
export interface Presence {
  seen(userIds: readonly string[]): Promise<Map<string, Date>>
}
export const presence = token<Presence>('identity.presence@1')

/** A person was made, changed, switched off or on. */
export const userChanged = eventType('identity.user-changed@1', z.object({ userId: z.string(), active: z.boolean() }))
/** Nobody with this user's sign-in was seen for the grace time (ten minutes by default). */
export const userGone = eventType('identity.user-gone@1', z.object({ userId: z.string() }))

export const viewUsers = permission('users', 'view', 'See users and roles')
export const editUsers = permission('users', 'edit', 'Create and change users and roles')
export const deleteUsers = permission('users', 'delete', 'Delete users and roles')
export const viewApiKeys = permission('api_keys', 'view', 'See and revoke the API keys of others')
export const editApiKeys = permission('api_keys', 'edit', 'Make and revoke own API keys')

/** `db.published('identity', 'users')`: id, email, first_name, last_name, active, avatar_url. */
export const publishedViews = ['users'] as const
