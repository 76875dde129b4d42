import { dirname, join } from 'node:path/posix'
import { pageProblems } from './api/points.mjs'

const isSource = (path) => /\.(ts|vue|mjs)$/.test(path)
const isTest = (path) => /\.test\.ts$|(^|\/)test\//.test(path)
const packageOf = (path) => /^((?:core|plugins|config)\/[^/]+|host|ui-shell|scripts|test)\//.exec(path)?.[1]
const importsOf = (text) => [...text.matchAll(/(?:from|import|import\()\s*['"]([^'"\n]+)['"]/g)].map(([, source]) => source)

const bareCommands = ['start', 'demo', 'build', 'test', 'ci']
// A call of import() comes later, when packages are there.
const importedAtOnce = (text) =>
  [...text.matchAll(/^(?:import\s*|(?:import|export)\b[^'"\n]*\bfrom\s*)['"]([^'"\n]+)['"]/gm)].map(([, source]) => source)

const flat = (texts, prefix = '') =>
  Object.assign(
    {},
    ...Object.entries(texts).map(([key, value]) =>
      typeof value === 'object' ? flat(value, `${prefix}${key}.`) : { [`${prefix}${key}`]: String(value) },
    ),
  )
const placeholdersOf = (text) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort().join()

/** What the linter cannot say, each rule as a function from the files to sentences. */
export const structureRules = {
  'names of files say what is in them': (files) =>
    files.flatMap(({ path }) => {
      const name = path.split('/').at(-1)
      if (!isSource(path)) return []
      if (/(^|\/)(utils?|helpers?|common|misc)(\/|\.)/.test(path))
        return [`${path}: "utils" and "helpers" say nothing; name the file after its main export`]
      if (name.endsWith('.vue'))
        return /^([A-Z][a-z0-9]+){2,}\.vue$/.test(name) ? [] : [`${path}: a component is named in PascalCase, with two words or more`]
      // A component's test is named after the component.
      return /^([A-Z][a-z0-9]+){2,}(\.ui)?\.test\.ts$|^(\d{8}T\d{4}-)?[a-z0-9]+([.-][a-z0-9]+)*\.\w+$/.test(name)
        ? []
        : [`${path}: files are named in kebab-case`]
    }),

  'files have one idea and at most 300 lines': (files) =>
    files.flatMap(({ path, text }) => {
      // Scripts in .ts are counted by the linter.
      const lines = /\.(vue|css|mjs)$/.test(path) ? text.trimEnd().split('\n').length : 0
      return lines > 300 ? [`${path}: ${lines} lines; split it`] : []
    }),

  'packages are imported by name, never by a path': (files) =>
    files.flatMap(({ path, text }) => {
      const own = packageOf(path)
      if (own === undefined || own === 'test' || own === 'scripts' || !isSource(path)) return []
      return importsOf(text)
        .filter((source) => source.startsWith('.'))
        .map((source) => join(dirname(path), source))
        .filter((target) => target !== own && !target.startsWith(`${own}/`))
        .map((target) => `${path}: reaches into ${target}; import that package by its name`)
    }),

  'core, host and shell name no plugin': (files) => {
    const ids = files.flatMap(({ path, text }) => (/^plugins\/[^/]+\/package\.json$/.test(path) ? [JSON.parse(text).parley?.id ?? []].flat() : []))
    if (ids.length === 0) return []
    const any = ids.join('|')
    // "identity" is also what HTTP calls a body that is not compressed.
    const words = ids.filter((id) => id !== 'identity').join('|')
    const named = new RegExp(`@parley/plugin-(?:${any})\\b|/(?:api/v1|hooks)/(?:${any})\\b|['"\`](?:(?:${words})|(?:${any})\\.[a-z-]+@\\d+)['"\`]`)
    return files.flatMap(({ path, text }) => {
      if (!/^(core\/[^/]+|host|ui-shell)\/src\//.test(path) || !isSource(path) || isTest(path)) return []
      // What every channel must do speaks of conversations, of which channels are a part (ADR 71).
      if (path.startsWith('core/test-kit/src/channel-contract/')) return []
      return text.split('\n').flatMap((line, index) => {
        const found = named.exec(line)
        return found && !/^\s*(\/\/|\/?\*)/.test(line) ? [`${path}:${index + 1}: names a plugin: ${found[0]}`] : []
      })
    })
  },

  'what a bare clone runs first needs nothing installed': (files) => {
    const texts = new Map(files.filter(({ path }) => /^scripts\/.*\.mjs$/.test(path)).map(({ path, text }) => [path, text]))
    const reached = new Set()
    const reach = (path) => {
      if (reached.has(path) || !texts.has(path)) return
      reached.add(path)
      for (const source of importedAtOnce(texts.get(path))) if (source.startsWith('.')) reach(join(dirname(path), source))
    }
    for (const name of bareCommands) reach(`scripts/${name}.mjs`)
    return [...reached].flatMap((path) =>
      importedAtOnce(texts.get(path))
        .filter((source) => !/^(node:|\.)/.test(source))
        .map((source) => `${path}: imports "${source}" before packages are installed`),
    )
  },

  'versions are exact': (files) =>
    files.flatMap(({ path, text }) => {
      if (!/(^|\/)package\.json$/.test(path) || /(^|\/)(test|fixtures)\//.test(path)) return []
      const { dependencies = {}, devDependencies = {}, optionalDependencies = {} } = JSON.parse(text)
      return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
        .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
        .map(([name, version]) => `${path}: "${name}" is "${version}"; give the exact version`)
    }),

  'packages have the version of the repository': (files) => {
    const lerna = files.find(({ path }) => path === 'lerna.json')
    if (lerna === undefined) return []
    const { version } = JSON.parse(lerna.text)
    return files.flatMap(({ path, text }) => {
      if (!/^((core|plugins|config)\/[^/]+|host|ui-shell)\/package\.json$/.test(path)) return []
      const found = JSON.parse(text).version
      return found === version ? [] : [`${path}: has version ${found}, not ${version}`]
    })
  },

  'both languages say the same': (files) => {
    const texts = new Map(files.filter(({ path }) => /\/(en|uk)\.json$/.test(path)).map(({ path, text }) => [path, flat(JSON.parse(text))]))
    return [...texts].flatMap(([path, own]) => {
      const other = texts.get(path.replace(/(en|uk)\.json$/, (name) => (name === 'en.json' ? 'uk.json' : 'en.json'))) ?? {}
      return Object.entries(own).flatMap(([key, text]) => {
        if (other[key] === undefined) return [`${path}: "${key}" has no translation`]
        return path.endsWith('en.json') && placeholdersOf(text) !== placeholdersOf(other[key])
          ? [`${path}: "${key}" has other placeholders than its translation`]
          : []
      })
    })
  },

  'every extension point has a page': pageProblems,

  'the lock file holds every platform and no registry': (files) => {
    const lock = files.find(({ path }) => path === 'package-lock.json')
    if (lock === undefined) return []
    const { packages } = JSON.parse(lock.text)
    const present = new Set(Object.keys(packages).map((key) => key.split('node_modules/').at(-1)))
    return Object.entries(packages).flatMap(([key, { optionalDependencies = {}, resolved }]) => {
      const name = key || 'the repository'
      const lost = Object.keys(optionalDependencies).filter((dependency) => !present.has(dependency))
      const host = /^https?:\/\/([^/]+)/.exec(resolved ?? '')?.[1]
      return [
        ...lost.map(
          (dependency) => `package-lock.json: ${name} has an optional dependency "${dependency}" that is missing; pin a version that is complete`,
        ),
        ...(host === undefined ? [] : [`package-lock.json: ${name} names the registry ${host}; npm install with omit-lockfile-registry-resolved`]),
      ]
    })
  },
}

/** Every sentence of every rule, under the name of its rule. */
export const structureProblems = (files) =>
  Object.entries(structureRules).flatMap(([rule, check]) => check(files).map((problem) => `${rule}\n  ${problem}`))
