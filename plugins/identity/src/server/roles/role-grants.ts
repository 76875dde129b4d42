import { permissionId, type Permission } from '@parley/plugin-api'
import { builtInRole, ruleAllows } from './built-in-roles.ts'
import type { StoredRole } from './role-store.ts'

/** The only role whose holders nobody else may touch. */
export const rootRole = 'root'
/** Roles that are never limited to some bots. */
const unlimitedRoles: readonly string[] = [rootRole, 'administrator']

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
  allows(
    holder: { readonly roles: readonly string[]; readonly botIds?: readonly string[] | undefined },
    permission: Permission,
    botId?: string,
  ): boolean {
    const id = permissionId(permission)
    return holder.roles.some((role) => {
      if (!this.roleAllows(role, id)) return false
      const limited = permission.scope === 'bot' && holder.botIds !== undefined && !unlimitedRoles.includes(role)
      return !limited || (botId === undefined ? holder.botIds.length > 0 : holder.botIds.includes(botId))
    })
  }
}
