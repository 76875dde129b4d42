import { apiVersion, permissionId, type Consumes, type PluginManifest } from '@parley/plugin-api'
import Range from 'semver/classes/range.js'
import satisfies from 'semver/functions/satisfies.js'
import validRange from 'semver/ranges/valid.js'
import type { AnySpec } from '../declared.ts'

/** Why a plugin cannot run on this host, or `undefined`. */
export function incompatibility(manifest: PluginManifest): string | undefined {
  if (!validRange(manifest.api)) return `its "parley.api" is "${manifest.api}", which is not a version range. Write one such as "^${apiVersion}"`
  if (isUnbounded(manifest.api))
    return `its "parley.api" is "${manifest.api}", which takes every later version of the plugin API for one that fits. Write one such as "^${apiVersion}"`
  if (satisfies(apiVersion, manifest.api)) return undefined
  return `it was built for version ${manifest.api} of the plugin API and this host has ${apiVersion}. Install a release of it that fits`
}

/** Whether a part of the range has no end: nobody has tried the plugin with what will come. */
const isUnbounded = (range: string): boolean =>
  new Range(range).set.some((part) => part.every(({ operator, value }) => operator.startsWith('>') || value === ''))

/** Everything a manifest may say of the code, as the code says it: ids of references and of rights. */
export function manifestLists(spec: AnySpec, contributions: readonly { readonly point: { readonly id: string } }[] = []) {
  const services = Object.values((spec.consumes ?? {}) as Consumes)
  return {
    consumes: services.flatMap((service) => (service.kind === 'service' ? [service.id] : [])),
    optional: services.flatMap((service) => (service.kind === 'optional' ? [service.token.id] : [])),
    provides: providedTokens(spec),
    owns: (spec.owns ?? []).map((point) => point.id),
    contributes: [...new Set(contributions.map(({ point }) => point.id))],
    permissions: (spec.permissions ?? []).map(permissionId),
  } satisfies Partial<Record<keyof PluginManifest, readonly string[]>>
}

/** Why the code is not what its manifest says, or `undefined`. Lists that the manifest leaves out are not compared. */
export function manifestMismatch(
  manifest: PluginManifest,
  spec: AnySpec,
  contributions: readonly { readonly point: { readonly id: string } }[] = [],
): string | undefined {
  if (manifest.id !== spec.id) return `package.json says the plugin is "${manifest.id}" and its code says "${spec.id}".`
  const declared = manifestLists(spec, contributions)
  for (const [name, ids] of Object.entries(declared) as [keyof typeof declared, readonly string[]][]) {
    const listed = manifest[name]
    if (listed === undefined) continue
    const written = Array.isArray(listed) ? (listed as readonly string[]) : Object.keys(listed)
    const difference = [...ids.filter((id) => !written.includes(id)), ...written.filter((id) => !ids.includes(id))]
    if (difference.length > 0)
      return `"parley.${name}" in package.json differs from the code in: ${difference.join(', ')}. Correct it with: parley-plugin check --fix`
  }
  return undefined
}

/** Ids of all tokens a declaration provides. */
export const providedTokens = (spec: AnySpec): string[] =>
  Object.values((spec.provides ?? {}) as Record<string, { id: string } | readonly { id: string }[] | undefined>)
    .flatMap((tokens) => tokens ?? [])
    .map((token) => token.id)
