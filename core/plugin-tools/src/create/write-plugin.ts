import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import type { NewPlugin } from './new-plugin.ts'
import { toolsFolder } from '../tools-folder.ts'
import { parleyPackages, type ParleyPackages } from './parley-packages.ts'

const suffix = '.template'
/** npm leaves files of this name out of a package. */
const renamed: Readonly<Record<string, string>> = { gitignore: '.gitignore' }

type PackageJson = Record<string, unknown>

/** Writes a new plugin from its templates. The folder must be empty, or not be there. */
export async function writePlugin(directory: string, plugin: NewPlugin, tarballs?: string): Promise<readonly string[]> {
  const root = resolve(directory)
  const present = await readdir(root).catch(() => [])
  if (present.length > 0) throw new Error(`${root} is not empty. Name a folder that is empty or not there yet.`)
  const tools = toolsFolder()
  const packages = await parleyPackages(tarballs)
  const files = new Map<string, string>()
  let packageJson: PackageJson = {}
  for (const template of ['common', plugin.kind, ...(plugin.ui ? [`${plugin.kind}-ui`] : [])]) {
    const folder = join(tools, 'templates', template)
    for (const file of await filesIn(folder)) {
      const name = relative(folder, file).slice(0, -suffix.length).replaceAll('\\', '/')
      const text = filled(await readFile(file, 'utf8'), plugin)
      if (name === 'package.json') packageJson = merged(packageJson, JSON.parse(text) as PackageJson)
      else files.set(renamed[name] ?? name, text)
    }
  }
  files.set('package.json', `${JSON.stringify(withPackages(packageJson, packages), undefined, 2)}\n`)
  for (const [name, content] of files) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), content)
  }
  return [...files.keys()].sort()
}

const filled = (text: string, { id, title, package: name }: NewPlugin): string =>
  text
    .replaceAll('__id__', id)
    .replaceAll('__title__', title)
    .replaceAll('__package__', name)
    .replaceAll('__channel__', id.replace(/^channel-/, '').replaceAll('-', '_'))

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

const isMap = (value: unknown): value is PackageJson => typeof value === 'object' && value !== null && !Array.isArray(value)

const merged = (one: PackageJson, other: PackageJson): PackageJson => ({
  ...one,
  ...Object.fromEntries(
    Object.entries(other).map(([key, value]) => {
      const before = one[key]
      return [key, isMap(before) && isMap(value) ? merged(before, value) : value]
    }),
  ),
})

/** Dependencies in the order npm would write them, those of Parley with the place they come from. */
function withPackages(packageJson: PackageJson, { sourceOf, overrides }: ParleyPackages): PackageJson {
  const placed = (list: unknown) => {
    const entries = Object.entries(list as Record<string, string>).sort(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(entries.map(([name, version]) => [name, version === '__version__' ? sourceOf(name) : version]))
  }
  const { dependencies, devDependencies, ...rest } = packageJson
  return {
    ...rest,
    dependencies: placed(dependencies),
    devDependencies: placed(devDependencies),
    ...(overrides === undefined ? {} : { overrides }),
  }
}
