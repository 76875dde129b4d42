import { manifestLists, type Declared } from '@parley/kernel'
import { englishOf, permissionId, type Permission, type PluginManifest } from '@parley/plugin-api'
import type { CheckedPlugin } from './checked-plugin.ts'
import type { Finding } from './finding.ts'

/** What the manifest should say of the code; lists that are empty are left out. Titles that it has in more languages stay while their English is right. */
export function declaredManifest({ spec, contributions }: Declared, manifest: Partial<PluginManifest>): Partial<PluginManifest> {
  const { permissions: _, ...lists } = manifestLists(spec, contributions)
  const rights: readonly Permission[] = spec.permissions ?? []
  const titleOf = (right: Permission) => {
    const written = manifest.permissions?.[permissionId(right)]
    return written !== undefined && englishOf(written) === right.title ? written : right.title
  }
  return Object.fromEntries([
    ...Object.entries(lists).filter(([, ids]) => ids.length > 0),
    ...(rights.length === 0 ? [] : [['permissions', Object.fromEntries(rights.map((each) => [permissionId(each), titleOf(each)]))]]),
  ]) as Partial<PluginManifest>
}

const fields = ['consumes', 'optional', 'provides', 'owns', 'contributes', 'permissions'] as const

/** The manifest says what the code does: it is all that a deployer is told before the code runs. */
export function declarationsRule({ manifest, declared }: CheckedPlugin): Finding[] {
  if (declared === undefined) return []
  const finding = (rule: string, problem: string, fix: string): Finding => ({ rule, file: 'package.json', problem, fix })
  const { spec } = declared
  if (manifest.id !== spec.id)
    return [finding('manifest', `"parley.id" is "${manifest.id}" and the code says "${spec.id}"`, 'Say the same in both: the id must never change.')]
  const said = declaredManifest(declared, manifest)
  const differing = fields.filter((field) => !same(manifest[field], said[field]))
  return [
    ...differing.map((field) =>
      finding(
        field === 'permissions' ? 'permissions' : 'manifest',
        `"parley.${field}" does not say what the code says`,
        said[field] === undefined
          ? `Remove it, or run: parley-plugin check --fix`
          : `Write ${JSON.stringify(said[field])}, or run: parley-plugin check --fix`,
      ),
    ),
    ...permissionProblems(declared),
  ]
}

function permissionProblems({ spec, declarations }: Declared): Finding[] {
  const rights: readonly Permission[] = spec.permissions ?? []
  const known = new Set(rights.map(permissionId))
  const modules = new Set([...rights.map(({ module }) => module), spec.id])
  const finding = (problem: string, fix: string): Finding => ({ rule: 'permissions', file: 'src/server/plugin.ts', problem, fix })
  const untitled = rights.filter(({ title }) => title.trim() === '')
  const asked = declarations.routes.flatMap(({ method, path, options: { permission } }) =>
    typeof permission === 'object' && modules.has(permission.module) && !known.has(permissionId(permission))
      ? [
          finding(
            `${method} ${path} asks for "${permissionId(permission)}", which is not declared, so nobody can be given it`,
            'Add it to "permissions".',
          ),
        ]
      : [],
  )
  return [...untitled.map((each) => finding(`the right "${permissionId(each)}" has no title`, 'Say in a few words what it allows.')), ...asked]
}

/** Order says nothing. */
const same = (one: unknown, other: unknown): boolean => JSON.stringify(ordered(one)) === JSON.stringify(ordered(other))
const ordered = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.length === 0 ? undefined : [...value].sort()
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return entries.length === 0 ? undefined : entries
}
