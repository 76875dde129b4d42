import type { Plugin } from 'vite'

/** What the shell's import map offers to plugins, package roots only. The list grows only by a decision record. */
export const sharedPackages = ['vue', 'vue-router', 'pinia', '@parley/ui-sdk', '@parley/ui-kit'] as const

const instead: Readonly<Record<string, string>> = {
  'vue-i18n': 'Texts come from `useText()` of @parley/ui-sdk, so that the language changes everywhere at once.',
  'socket.io-client': 'Live messages come from `useTopic()` of @parley/ui-sdk, over the one connection of the shell.',
}

/** What is wrong with an import, and what to do instead: a clause and a sentence. */
export interface ImportProblem {
  readonly what: string
  readonly instead: string
}

/** @internal What is wrong with importing `source` in a UI; `undefined` when nothing is. */
export function importProblem(source: string): ImportProblem | undefined {
  const shared = sharedPackages.find((name) => source.startsWith(`${name}/`))
  if (shared) return { what: `"${source}" would bring a second copy of ${shared} into the page`, instead: `Import from "${shared}" itself.` }
  if (instead[source] !== undefined) return { what: `"${source}" is not for plugins`, instead: instead[source] }
  if (source.startsWith('node:')) return { what: `"${source}" exists on the server only`, instead: 'A UI never imports src/server.' }
  return insideProblem(source)
}

/** @internal The same for what is wrong anywhere: the inside of another plugin. */
export function insideProblem(source: string): ImportProblem | undefined {
  const plugin = /^(@parley\/plugin-(?!(?:api|tools)(?:\/|$))[\w-]+)(\/.*)?$/.exec(source)
  return plugin && plugin[2] !== '/api' ? { what: `"${source}" is another plugin's inside`, instead: `Import "${plugin[1]}/api".` } : undefined
}

const isFromHere = (importer: string | undefined): string => (importer === undefined ? '' : ` (imported by ${importer})`)

/** Shared packages stay outside the bundle by their bare names; what must not be imported fails the build with the place and the cure. */
export function keepShared(): Plugin {
  return {
    name: 'parley:shared-packages',
    enforce: 'pre',
    resolveId: {
      order: 'pre',
      handler(source, importer) {
        const problem = importProblem(source)
        if (problem) this.error(`${problem.what}. ${problem.instead}${isFromHere(importer)}`)
        return (sharedPackages as readonly string[]).includes(source) ? { id: source, external: true } : undefined
      },
    },
  }
}
