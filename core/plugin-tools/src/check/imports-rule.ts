import { isBuiltin } from 'node:module'
import { dirname, join } from 'node:path/posix'
import { importProblem, insideProblem, sharedPackages, type ImportProblem } from '../shared-packages.ts'
import type { CheckedPlugin, SourceFile } from './checked-plugin.ts'
import { hasCode } from './code.ts'
import type { Finding } from './finding.ts'
import { importsOf, type Import } from './imports-of.ts'

const packageOf = (source: string): string =>
  source
    .split('/')
    .slice(0, source.startsWith('@') ? 2 : 1)
    .join('/')

/** What only the host works with: it changes without notice. */
const internal = ['@parley/kernel', '@parley/services', '@parley/host', '@parley/ui-shell', '@parley/test-kit']

/** Undeclared dependencies, insides of other packages, and faces that reach into one another. */
export function importsRule(plugin: CheckedPlugin): Finding[] {
  const code = plugin.sources.filter(({ path }) => hasCode(path))
  return code.flatMap((file) => {
    try {
      return importsOf(file).flatMap((each) => problemOf(plugin, file, each))
    } catch (error) {
      return [{ rule: 'loads', file: file.path, problem: `cannot be read: ${(error as Error).message}`, fix: 'Correct it.' }]
    }
  })
}

function problemOf({ packageJson, manifest }: CheckedPlugin, { path }: SourceFile, { source, onlyTypes, line }: Import): Finding[] {
  const found = (rule: string, problem: string, fix: string): Finding[] => [{ rule, file: path, line, problem, fix }]
  const reaching = /^(\.{0,2}\/|\.{1,2}$|file:)/.test(source)
  const face = path.split('/')[1]
  if (reaching) {
    const problem = faceProblem(path, face, source)
    return problem === undefined ? [] : found('deep-import', problem.what, problem.instead)
  }
  const bundled = face === 'ui' || Object.values(manifest.browser ?? {}).some((script) => path.startsWith(dirname(join(script))))
  const inside = face === 'ui' ? importProblem(source) : bundled ? insideProblem(source) : serverProblem(source)
  if (inside !== undefined) return found('deep-import', `its import of ${inside.what}`, inside.instead)

  const { dependencies = {}, peerDependencies = {}, devDependencies = {} } = packageJson
  const installed = { ...dependencies, ...peerDependencies }
  const name = packageOf(source)
  if (name === packageJson.name || installed[name] !== undefined) return []
  const erased = bundled || onlyTypes
  if (erased && (devDependencies[name] !== undefined || (sharedPackages as readonly string[]).includes(name))) return []
  if (isBuiltin(source) || source.startsWith('node:'))
    return bundled ? found('deep-import', `its import of "${source}" exists on the server only`, 'A UI never imports src/server.') : []
  if (devDependencies[name] !== undefined)
    return found(
      'undeclared',
      `imports "${name}", which is among "devDependencies" only and not installed where the plugin runs`,
      'Move it to "dependencies".',
    )
  return found('undeclared', `imports "${name}", which is in no list of dependencies`, `Run: npm install ${name}`)
}

function serverProblem(source: string): ImportProblem | undefined {
  return internal.includes(packageOf(source))
    ? {
        what: `"${source}" is of the host's own, which changes without notice`,
        instead: 'Take what you need from the cradle: see @parley/plugin-api.',
      }
    : insideProblem(source)
}

function faceProblem(path: string, face: string | undefined, source: string): ImportProblem | undefined {
  const target = source.startsWith('.') ? join(dirname(path), source) : source
  const [, other] = target.split('/')
  if (!target.startsWith('src/'))
    return { what: `imports "${source}", which is outside of src`, instead: 'Move it into src: only what is below it is built.' }
  if (face === 'ui' && other === 'server')
    return { what: `imports "${source}": the UI reaches into the server`, instead: 'Put what both need into src/api.' }
  if (face === 'server' && other === 'ui')
    return { what: `imports "${source}": the server reaches into the UI`, instead: 'Put what both need into src/api.' }
  if (face === 'api' && (other === 'server' || other === 'ui'))
    return {
      what: `imports "${source}": the api face reaches into ${other}`,
      instead: 'Move it into src/api, or leave it out: others import this face.',
    }
  return undefined
}
