import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.mjs'

/**
 * A thing that is built: `kind` says how, `folder` where, `inputs` are the files and folders it is made of.
 * @typedef {{ name: string, kind: 'package' | 'plugin' | 'plugin-ui' | 'shell', folder: string, inputs: string[], stamp: string }} BuildUnit
 */

const serverPackages = ['core/plugin-api', 'core/kernel', 'core/services', 'core/plugin-tools', 'core/test-kit', 'host']
const builders = ['package-lock.json', 'scripts/lib/build-units.mjs', 'scripts/lib/build-unit.mjs', 'core/plugin-tools/src']

/** Every unit there is, in an order in which they can be built: the tools first. */
export const buildUnits = (folder = root) => {
  const has = (path) => existsSync(join(folder, path))
  const plugins = list(join(folder, 'plugins')).filter((name) => has(`plugins/${name}/package.json`))
  const apis = plugins.map((name) => `plugins/${name}/src/api`)
  const packages = serverPackages
    .filter((path) => has(`${path}/src`))
    .map((path) => unit('package', path, [`${path}/package.json`, `${path}/src`, 'package-lock.json', 'scripts/lib/build-unit.mjs']))
  const servers = plugins.map((name) =>
    unit('plugin', `plugins/${name}`, [`plugins/${name}/package.json`, `plugins/${name}/src`, ...apis, ...builders], ['src/ui']),
  )
  const uis = plugins
    .filter((name) => has(`plugins/${name}/src/ui/plugin.ts`))
    .map((name) =>
      unit(
        'plugin-ui',
        `plugins/${name}`,
        [`plugins/${name}/package.json`, `plugins/${name}/src`, ...apis, 'core/plugin-api/src', ...builders],
        ['src/server'],
      ),
    )
  const shell = has('ui-shell/vite.config.ts')
    ? [unit('shell', 'ui-shell', ['ui-shell', 'core/ui-sdk/src', 'core/ui-kit/src', 'core/plugin-api/src', ...builders])]
    : []
  return [...packages, ...servers, ...uis, ...shell]
}

const list = (folder) => (existsSync(folder) ? readdirSync(folder).sort() : [])

const unit = (kind, folder, inputs, without = []) => ({
  name: kind === 'plugin-ui' ? `${folder} (ui)` : folder,
  kind,
  folder,
  inputs,
  without: without.map((path) => `${folder}/${path}`),
  stamp: `${folder}/dist/.${kind}-built-from`,
})

const notSources = /(^|\/)(node_modules|dist|test)$|\.test\.ts$|\.program\.ts$/

const describeFiles = (path, name, without, lines) => {
  if (notSources.test(name) || without.includes(name) || !existsSync(path)) return
  const stat = statSync(path)
  if (!stat.isDirectory()) lines.push(`${name} ${stat.size} ${stat.mtimeMs}`)
  else for (const entry of readdirSync(path).sort()) describeFiles(join(path, entry), `${name}/${entry}`, without, lines)
}

/** What a unit is made of, as a hash of names, sizes and times of its files. */
export const fingerprintOf = ({ inputs, without }, folder = root) => {
  const lines = []
  for (const input of inputs) describeFiles(join(folder, input), input, without, lines)
  return createHash('sha256').update(lines.join('\n')).digest('hex')
}

/** Units whose sources are not those they were last built from. */
export const staleUnits = (folder = root) =>
  buildUnits(folder).filter((unit) => {
    const stamp = join(folder, unit.stamp)
    return !existsSync(stamp) || readFileSync(stamp, 'utf8') !== fingerprintOf(unit, folder)
  })
