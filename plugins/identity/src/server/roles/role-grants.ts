import { permissionId, type Permission } from '@parley/plugin-api'
import { builtInRole, ruleAllows } from './built-in-roles.ts'
import type { StoredRole } from './role-store.ts'

/** The only role whose holders nobody else may touch. */
export const rootRole = 'root'
/** Roles that are never limited to some bots. */
const unlimitedRoles: readonly string[] = [rootRole, 'administrator']

/** Somebody with roles, perhaps for some bots only. */
export interface Holder {
  readonly roles: readonly string[]
  readonly botIds?: readonly string[] | undefined
}

/** The only bots a person's rights hold for; `undefined`: all. */
export const botLimit = ({ roles, botIds }: Holder): readonly string[] | undefined =>
  roles.some((role) => unlimitedRoles.includes(role)) ? undefined : botIds

/** What the stored and built-in roles allow, ready to be asked. */
export class RoleGrants {
  readonly #roles: ReadonlyMap<string, { readonly granted: ReadonlySet<string>; readonly revoked: ReadonlySet<string> }>

  constructor(stored: readonly StoredRole[]) {
    this.#roles = new Map(stored.map(({ key, granted, revoked }) => [key, { granted: new Set(granted), revoked: new Set(revoked) }]))
  }

  roleAllows(role: string, id: string): boolean {
    const rule = builtInRole(role)
    const own = this.#roles.get(role)
    if (rule?.fixed === true) return ruleAllows(rule, id)
    if (own?.revoked.has(id) === true) return false
    return own?.granted.has(id) === true || (rule !== undefined && ruleAllows(rule, id))
  }

  /** The question `Actor.can` asks for a person with these roles, limited to `botIds` where given. */
  allows(holder: Holder, permission: Permission, botId?: string): boolean {
    const id = permissionId(permission)
    if (!holder.roles.some((role) => this.roleAllows(role, id))) return false
    const limit = permission.scope === 'bot' ? botLimit(holder) : undefined
    return limit === undefined || (botId === undefined ? limit.length > 0 : limit.includes(botId))
  }
}
