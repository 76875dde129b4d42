import { didYouMean } from '@parley/kernel'
import { ParleyError, type Role } from '@parley/plugin-api'

export const allRoles: readonly Role[] = ['web', 'worker', 'realtime', 'connector', 'scheduler', 'runner']

/** `web,worker` -> roles, `web:worker` too, because names of systemd units have no commas; all of them when nothing is said. */
export function parseRoles(text: string | undefined): readonly Role[] {
  if (text === undefined) return allRoles
  const names = text.split(/[,:]/).map((name) => name.trim())
  for (const name of names) {
    if (!allRoles.includes(name as Role)) {
      throw new ParleyError('invalid_config', `There is no role "${name}".${didYouMean(name, allRoles)} Roles are: ${allRoles.join(', ')}.`)
    }
  }
  return allRoles.filter((role) => names.includes(role))
}

/** A process that does nothing but run code of users, and of the platform loads nothing. */
export const isRunner = (roles: readonly Role[]): boolean => roles.length === 1 && roles[0] === 'runner'
