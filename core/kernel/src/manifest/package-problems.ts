import { incompatibility } from './check-manifest.ts'
import { isVersion } from './plugin-version.ts'
import type { PackagedManifest } from './read-manifest.ts'

/** First segments of addresses that are the host's. */
export const hostWords: readonly string[] = [
  'api',
  'api-docs',
  'assets',
  'files',
  'health',
  'hooks',
  'host',
  'metrics',
  'socket.io',
  'system',
  'ui',
  'v1',
]

/** No plugin has such an id: addresses, texts, topics and views of Parley, or of what is released with it, have these names. */
export const reservedPluginIds: readonly string[] = [...hostWords, 'kw', 'published', 'settings', 'shell', 'widget']

/** Whether a package has a name of those that are released together with the host; every other one is a third party's. */
export const isBundled = (name: string): boolean => name.startsWith('@parley/plugin-')

/** Bytes of a tarball, bytes unpacked, files. Bundled plugins are far below. */
export interface ArchiveLimits {
  readonly packed: number
  readonly unpacked: number
  readonly files: number
}
export const archiveLimits: ArchiveLimits = { packed: 32e6, unpacked: 128e6, files: 5000 }

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

export interface PackageProblem {
  /** Where it stands in package.json. */
  readonly field: 'version' | 'name' | 'parley.id' | 'parley.api'
  /** What is wrong, a sentence without its end. */
  readonly problem: string
}

/** Why no host takes a package that a third party has made, as far as its package.json tells. */
export function packageProblems({ package: name, version, manifest }: PackagedManifest): PackageProblem[] {
  const incompatible = incompatibility(manifest)
  const found: readonly (PackageProblem | false)[] = [
    !isVersion(version) && { field: 'version', problem: `its version "${version}" is not one such as "1.2.0"` },
    reservedPluginIds.includes(manifest.id) && { field: 'parley.id', problem: `its id "${manifest.id}" is an address of Parley itself` },
    incompatible !== undefined && { field: 'parley.api', problem: incompatible },
    isBundled(name) && { field: 'name', problem: `its name "${name}" is one of those that only packages released with Parley have` },
  ]
  return found.filter((each) => each !== false)
}
