import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../run.mjs'

/**
 * What others may import of a package, and what they may therefore rely on.
 * @typedef {{ folder: string, entries: { name: string, source: string }[], report: string, reference: string }} Face
 */

// `@parley/ui-sdk/host` is the shell's: plugins never import it.
const coreEntries = { 'core/plugin-api': ['.'], 'core/ui-sdk': ['.', './testing'], 'core/ui-kit': ['.'] }

const face = (base, folder, names) => {
  const { name: packageName, exports } = JSON.parse(readFileSync(join(base, folder, 'package.json'), 'utf8'))
  const entries = names.map((name) => ({ name: packageName + name.slice(1), source: join(folder, exports[name]['parley-source']) }))
  return { folder, entries, report: `${folder}/api-report.md`, reference: `docs/reference/${folder.split('/').at(-1)}.md` }
}

/** @returns {Face[]} */
export const facesOf = (base = root) => {
  const has = (path) => existsSync(join(base, path))
  const plugins = has('plugins') ? readdirSync(join(base, 'plugins')).map((name) => `plugins/${name}`) : []
  return [
    ...Object.entries(coreEntries)
      .filter(([folder]) => has(folder))
      .map(([folder, names]) => face(base, folder, names)),
    ...plugins.filter((folder) => has(`${folder}/src/api/index.ts`)).map((folder) => face(base, folder, ['./api'])),
  ]
}
