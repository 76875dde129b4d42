import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fingerprintOf } from './build-units.mjs'
import { root } from './run.mjs'

/** Entries of a package: what its exports name as sources, and `main.ts`, each with the file that comes out. */
const entriesOf = (folder) => {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const exported = Object.values(exports).flatMap(({ 'parley-source': source, default: built }) => (source && built ? [[built, source]] : []))
  const main = existsSync(join(folder, 'src/main.ts')) ? [['./dist/main.js', './src/main.ts']] : []
  return Object.fromEntries([...exported, ...main].map(([built, source]) => [built.replace(/^\.\/dist\/|\.js$/g, ''), join(folder, source)]))
}

/** One file an entry, with what they share beside them; installed packages stay where they are. */
const buildPackage = async (folder) => {
  const { build } = await import('esbuild')
  rmSync(join(folder, 'dist'), { recursive: true, force: true })
  await build({
    entryPoints: entriesOf(folder),
    outdir: join(folder, 'dist'),
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  })
}

/** The builders that plugin authors use too. */
const pluginTools = () => import(pathToFileURL(join(root, 'core/plugin-tools/dist/index.js')).href)

const buildShell = async (folder) => {
  const { inProduction } = await pluginTools()
  const { build } = await import('vite')
  await inProduction(() => build({ root: folder, configFile: join(folder, 'vite.config.ts'), logLevel: 'warn' }))
}

const builders = {
  package: buildPackage,
  plugin: async (folder) => (await pluginTools()).buildServerPlugin(folder),
  'plugin-ui': async (folder) => (await pluginTools()).buildUiPlugin(folder),
  shell: buildShell,
}

/** Builds one unit and remembers from what. The fingerprint is taken first: a file that changes meanwhile makes it stale again. */
export const buildUnit = async (unit) => {
  const fingerprint = fingerprintOf(unit)
  await builders[unit.kind](join(root, unit.folder))
  const stamp = join(root, unit.stamp)
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, fingerprint)
}
