import { useText } from '@parley/ui-sdk'
import type { PermissionModule, Role } from '../identity-types.ts'

/** Titles in the person's language: of built-in roles, modules and special permissions; what nobody translated is shown as it was declared. */
export function useRoleWords() {
  const { t, has } = useText()
  const known = (key: string, otherwise: string): string => (has(key) ? t(key) : otherwise)
  return {
    roleTitle: (role: Pick<Role, 'key' | 'title' | 'builtIn'>): string =>
      role.builtIn ? known(`builtInRoles.${role.key}.title`, role.title) : role.title,
    roleDescription: (role: Pick<Role, 'key' | 'description' | 'builtIn'>): string =>
      role.builtIn ? known(`builtInRoles.${role.key}.description`, role.description) : role.description,
    moduleTitle: ({ module }: Pick<PermissionModule, 'module'>): string => known(`modules.${module}`, humanised(module)),
    permissionTitle: ({ id, title }: PermissionModule['permissions'][number]): string => known(`special.${id.replace('.', '_')}`, title),
  }
}

const humanised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1).replaceAll(/[_-]/g, ' ')
