import { dirname, join } from 'node:path/posix'
import { importProblem, insideProblem, sharedPackages, type ImportProblem } from '../shared-packages.ts'
import type { CheckedPlugin, SourceFile } from './checked-plugin.ts'
import type { Finding } from './finding.ts'

interface Import {
  readonly source: string
  readonly onlyTypes: boolean
}

const statement =
  /^\s*(?:import|export)(\s+type)?\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm

const importsOf = ({ text }: SourceFile): Import[] =>
  [...text.matchAll(statement)].map(([, type, from, alone, dynamic]) => ({ source: (from ?? alone ?? dynamic)!, onlyTypes: type !== undefined }))

const packageOf = (source: string): string =>
  source
    .split('/')
    .slice(0, source.startsWith('@') ? 2 : 1)
    .join('/')

/** What only the host works with: it changes without notice. */
const internal = ['@parley/kernel', '@parley/services', '@parley/host', '@parley/ui-shell', '@parley/test-kit']

/** Undeclared dependencies, insides of other packages, and faces that reach into one another. */
export function importsRule(plugin: CheckedPlugin): Finding[] {
  const { dependencies = {}, peerDependencies = {}, devDependencies = {} } = plugin.packageJson
  const installed = { ...dependencies, ...peerDependencies }
  return plugin.sources
    .filter(({ path }) => /\.(ts|vue|mts)$/.test(path))
    .flatMap((file) => {
      const face = file.path.split('/')[1]
      const bundled = face === 'ui' || Object.values(plugin.manifest.browser ?? {}).some((script) => file.path.startsWith(dirname(join(script))))
      return importsOf(file).flatMap(({ source, onlyTypes }): Finding[] => {
        const found = (rule: string, problem: string, fix: string): Finding[] => [{ rule, file: file.path, problem, fix }]
        if (source.startsWith('.')) return faceProblem(file.path, face, source)
        const problem = face === 'ui' ? importProblem(source) : bundled ? insideProblem(source) : serverProblem(source)
        if (problem !== undefined) return found('deep-import', `its import of ${problem.what}`, problem.instead)
        if (source.startsWith('node:')) return []
        const name = packageOf(source)
        if (name === plugin.packageJson.name || installed[name] !== undefined) return []
        const erased = bundled || onlyTypes
        if (erased && (devDependencies[name] !== undefined || (sharedPackages as readonly string[]).includes(name))) return []
        if (devDependencies[name] !== undefined)
          return found(
            'undeclared',
            `imports "${name}", which is among "devDependencies" only and not installed where the plugin runs`,
            'Move it to "dependencies".',
          )
        return found('undeclared', `imports "${name}", which is in no list of dependencies`, `Run: npm install ${name}`)
      })
    })
}

function serverProblem(source: string): ImportProblem | undefined {
  return internal.includes(packageOf(source))
    ? {
        what: `"${source}" is of the host's own, which changes without notice`,
        instead: 'Take what you need from the cradle: see @parley/plugin-api.',
      }
    : insideProblem(source)
}

function faceProblem(path: string, face: string | undefined, source: string): Finding[] {
  const target = join(dirname(path), source)
  const [, other] = target.split('/')
  const finding = (problem: string, fix: string): Finding[] => [{ rule: 'deep-import', file: path, problem, fix }]
  if (!target.startsWith('src/') && face !== 'server')
    return finding(`imports "${source}", which is outside of src`, 'Move it into src: only what is below it is built.')
  if (face === 'ui' && other === 'server') return finding(`imports "${source}": the UI reaches into the server`, 'Put what both need into src/api.')
  if (face === 'api' && (other === 'server' || other === 'ui'))
    return finding(`imports "${source}": the api face reaches into ${other}`, 'Move it into src/api, or leave it out: others import this face.')
  return []
}
