import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { fingerprintOf } from './build-units.mjs'
import { declareTypes } from './declare-types.mjs'
import { npm, root } from './run.mjs'

const workspaces = ['core', 'plugins'].flatMap((parent) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`))
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))
const typesOf = (source) => source.replace(/^\.\/src\//, './dist/types/').replace(/\.ts$/, '.d.ts')

/** Entries of a package that have a source. */
const entriesOf = (folder) =>
  Object.entries(readJson(join(root, folder, 'package.json')).exports)
    .filter(([, target]) => target['parley-source'] !== undefined)
    .map(([name, target]) => ({ name, source: target['parley-source'], built: target.default }))

/** What the shell bundles is built for a page of its own here, so that tests of a UI outside the shell find it. */
const buildLibrary = async (folder, outDir) => {
  const [{ build }, { default: vue }] = await Promise.all([import('vite'), import('@vitejs/plugin-vue')])
  const entry = Object.fromEntries(
    entriesOf(folder).map(({ source, built }) => [built.replace(/^\.\/dist\/|\.js$/g, ''), join(root, folder, source)]),
  )
  const external = (id) => !id.startsWith('.') && !isAbsolute(id)
  await build({
    configFile: false,
    root: join(root, folder),
    publicDir: false,
    logLevel: 'warn',
    plugins: [vue()],
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      minify: false,
      lib: { entry, formats: ['es'], cssFileName: 'style' },
      rollupOptions: { external },
    },
  })
}

const stagePackage = async (folder, stage, types) => {
  const own = readJson(join(root, folder, 'package.json'))
  mkdirSync(stage, { recursive: true })
  for (const part of ['bin', 'templates', 'README.md', 'CHANGELOG.md']) {
    if (existsSync(join(root, folder, part))) cpSync(join(root, folder, part), join(stage, part), { recursive: true })
  }
  cpSync(join(root, 'LICENSE'), join(stage, 'LICENSE'))
  if (folder.startsWith('core/ui-')) await buildLibrary(folder, join(stage, 'dist'))
  else cpSync(join(root, folder, 'dist'), join(stage, 'dist'), { recursive: true, filter: (path) => !/\/\.[\w-]+-built-from$|\.map$/.test(path) })
  cpSync(join(types, folder, 'src'), join(stage, 'dist/types'), { recursive: true })
  const exports = Object.fromEntries(
    Object.entries(own.exports).map(([name, target]) => [
      name,
      typeof target === 'string' ? target : { types: typesOf(target['parley-source'] ?? target.types), default: target.default },
    ]),
  )
  const files = ['dist', ...['bin', 'templates'].filter((part) => existsSync(join(stage, part)))]
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify({ ...own, exports, files }, undefined, 2)}\n`)
}

/** What the tarballs are made of, as a hash. */
export const packedFrom = () => {
  const parts = ['package.json', 'src', 'bin', 'README.md', 'CHANGELOG.md']
  const templates = readdirSync(join(root, 'core/plugin-tools/templates'), { recursive: true }).map((path) => `core/plugin-tools/templates/${path}`)
  const own = workspaces.flatMap((folder) => parts.map((part) => `${folder}/${part}`))
  return fingerprintOf({ inputs: ['package-lock.json', 'config/tooling', 'scripts/lib', ...own, ...templates.sort()], without: [] })
}

/** Packs what is built into tarballs; answers their names. */
export const packPackages = async (target) => {
  mkdirSync(join(root, '.cache'), { recursive: true })
  const stages = mkdtempSync(join(root, '.cache/pack-'))
  try {
    rmSync(target, { recursive: true, force: true })
    mkdirSync(target, { recursive: true })
    const types = join(stages, 'types')
    await declareTypes(
      workspaces.flatMap((folder) => entriesOf(folder).map(({ source }) => join(root, folder, source))),
      types,
    )
    for (const folder of workspaces) await stagePackage(folder, join(stages, folder), types)
    const { code } = await npm(['pack', '--silent', '--pack-destination', target, ...workspaces.map((folder) => join(stages, folder))], {
      quiet: true,
    })
    if (code !== 0) throw new Error('npm could not pack the packages.')
    return readdirSync(target)
  } finally {
    rmSync(stages, { recursive: true, force: true })
  }
}
