import type { Plugin } from 'vite'

/** What the shell's import map offers to plugins, package roots only. The list grows only by a decision record. */
export const sharedPackages = ['vue', 'vue-router', 'pinia', '@parley/ui-sdk', '@parley/ui-kit'] as const

const instead: Readonly<Record<string, string>> = {
  'vue-i18n': 'Texts come from `useText()` of @parley/ui-sdk, so that the language changes everywhere at once.',
  'socket.io-client': 'Live messages come from `useTopic()` of @parley/ui-sdk, over the one connection of the shell.',
}

const isFromHere = (importer: string | undefined): string => (importer === undefined ? '' : ` (imported by ${importer})`)

/** @internal What is wrong with importing `source` in a UI, as a sentence; `undefined` when nothing is. */
export function importProblem(source: string): string | undefined {
  const shared = sharedPackages.find((name) => source.startsWith(`${name}/`))
  if (shared) return `"${source}" would bring a second copy of ${shared} into the page. Import from "${shared}" itself.`
  if (instead[source] !== undefined) return `"${source}" is not for plugins. ${instead[source]}`
  if (source.startsWith('node:')) return `"${source}" exists on the server only. A UI never imports src/server.`
  const plugin = /^(@parley\/plugin-[\w-]+)(\/.*)?$/.exec(source)
  if (plugin && plugin[2] !== '/api' && plugin[1] !== '@parley/plugin-api' && plugin[1] !== '@parley/plugin-tools') {
    return `"${source}" is another plugin's inside. Import "${plugin[1]}/api".`
  }
  return undefined
}

/** Shared packages stay outside the bundle by their bare names; what must not be imported fails the build with the place and the cure. */
export function keepShared(): Plugin {
  return {
    name: 'parley:shared-packages',
    enforce: 'pre',
    resolveId: {
      order: 'pre',
      handler(source, importer) {
        const problem = importProblem(source)
        if (problem) this.error(`${problem}${isFromHere(importer)}`)
        return (sharedPackages as readonly string[]).includes(source) ? { id: source, external: true } : undefined
      },
    },
  }
}
