import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { manifestLists, type Declared } from '@parley/kernel'
import type { PackageJson } from '../check/checked-plugin.ts'

/** What a package tells who installs it; what only its author needs is left out. */
const kept = [
  ...['name', 'version', 'description', 'keywords', 'author', 'contributors', 'license', 'homepage', 'repository', 'bugs', 'funding'],
  ...['type', 'exports', 'files', 'engines', 'parley'],
]

/** Like README and licence it goes along, although npm leaves it out. */
export const changes = 'CHANGELOG.md'

/** What the code does not have, said as such: then a deployer reads "none", and the host holds the code to it. */
const nothingOf = ({ spec, contributions }: Declared): object => {
  const lists = Object.entries(manifestLists(spec, contributions)).filter(([, ids]) => ids.length === 0)
  const empty = Object.fromEntries(lists.map(([name]) => [name, name === 'permissions' ? {} : []]))
  return { ...empty, ...(spec.config === undefined ? { config: {} } : {}) }
}

/** @internal package.json of a packed plugin: its packages are inside, those of Parley come from the host. */
export function packedPackageJson(root: string, packageJson: PackageJson, declared: Declared | undefined): object {
  const { dependencies = {}, peerDependencies = {}, files = [], parley = {} } = packageJson
  const ofParley = Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => name.startsWith('@parley/'))
  return {
    ...Object.fromEntries(Object.entries(packageJson).filter(([key]) => kept.includes(key))),
    files: [...new Set([...files, changes])],
    parley: { ...(declared === undefined ? {} : nothingOf(declared)), ...parley },
    peerDependencies: Object.fromEntries(ofParley.sort().map((name) => [name, `>=${installedVersion(root, name)}`])),
  }
}

/** The version that the plugin was built and tested with. */
function installedVersion(root: string, name: string): string {
  for (let folder = root; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name, 'package.json')
    if (existsSync(path)) return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
    if (folder === dirname(folder)) throw new Error(`"${name}" is not installed. Run: npm install`)
  }
}
