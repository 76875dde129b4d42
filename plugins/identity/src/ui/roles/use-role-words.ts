import { useText, useTitleOf } from '@parley/ui-sdk'
import type { PermissionModule, Role } from '../identity-types.ts'

/**
 * Titles in the person's language: of built-in roles, modules and special permissions. Those of a plugin are in its own locales, as
 * `permissions.<module>.title` and `permissions.<module>.<verb>`, or in its manifest; what nobody translated is shown as it was declared.
 */
export function useRoleWords() {
  const { t, has, locale } = useText()
  const titleOf = useTitleOf()
  const known = (key: string, otherwise: string): string => (has(key) ? t(key) : otherwise)
  const said = (plugin: string, key: string, otherwise: string): string => {
    const words = titleOf(`${plugin}.permissions.${key}`, plugin)
    return words === `${plugin}.permissions.${key}` ? otherwise : words
  }
  return {
    roleTitle: (role: Pick<Role, 'key' | 'title' | 'builtIn'>): string =>
      role.builtIn ? known(`builtInRoles.${role.key}.title`, role.title) : role.title,
    roleDescription: (role: Pick<Role, 'key' | 'description' | 'builtIn'>): string =>
      role.builtIn ? known(`builtInRoles.${role.key}.description`, role.description) : role.description,
    moduleTitle: ({ module, plugin }: Pick<PermissionModule, 'module' | 'plugin'>): string =>
      known(`modules.${module}`, said(plugin, `${module}.title`, humanised(module))),
    permissionTitle: ({ id, title, words }: PermissionModule['permissions'][number], plugin: string): string =>
      known(`special.${id.replace('.', '_')}`, said(plugin, id, words?.[locale.value] ?? title)),
  }
}

const humanised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1).replaceAll(/[_-]/g, ' ')
