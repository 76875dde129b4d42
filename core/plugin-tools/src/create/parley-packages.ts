import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { toolsVersion } from '../tools-folder.ts'

/** Where a plugin takes the packages of Parley from. */
export interface ParleyPackages {
  sourceOf(name: string): string
  /** For packages that come with others, when no registry has them. */
  readonly overrides: Readonly<Record<string, string>> | undefined
}

const advice = `Make them with "npm run pack" in Parley's repository.`

/** @internal From the registry in the version of these tools, or from a folder of tarballs such as `parley-test-kit-0.1.0.tgz`. */
export async function parleyPackages(tarballs: string | undefined): Promise<ParleyPackages> {
  if (tarballs === undefined) {
    const version = await toolsVersion()
    return { sourceOf: () => version, overrides: undefined }
  }
  const folder = resolve(tarballs)
  const names = await readdir(folder).catch(() => [])
  const found = names.flatMap((file): [string, string][] => {
    const name = /^parley-(.+?)-\d+\.\d+\.\d+.*\.tgz$/.exec(file)?.[1]
    return name === undefined ? [] : [[`@parley/${name}`, `file:${join(folder, file)}`]]
  })
  if (found.length === 0) throw new Error(`There are no packages of Parley in ${folder}. ${advice}`)
  const overrides = Object.fromEntries(found.sort())
  return {
    sourceOf: (name) => {
      const source = overrides[name]
      if (source === undefined) throw new Error(`There is no tarball of ${name} in ${folder}. ${advice}`)
      return source
    },
    overrides,
  }
}
