import { nearest } from './config/suggestion.ts'
import type { GraphNode } from './plugin-graph.ts'

// The sentences a deployer reads when plugins do not fit together. Golden-tested: each names ids as they appear in config and ends with the fix.

export function missingService(plugin: string, token: string, nodes: readonly GraphNode[]): string {
  return `"${plugin}" needs the service "${token}" and no enabled plugin provides it.\n${whoCould(token, nodes)}`
}

function whoCould(token: string, nodes: readonly GraphNode[]): string {
  const withheld = nodes.filter((node) => node.withheld !== undefined)
  const provider = withheld.find((node) => node.provides.includes(token))
  if (provider) return `"${provider.id}" does, but ${provider.withheld}.`
  const name = token.split('@')[0]!
  const otherMajor = nodes.find((node) => node.provides.some((id) => id.split('@')[0] === name))
  if (otherMajor) {
    const other = otherMajor.provides.find((id) => id.split('@')[0] === name)!
    return `"${otherMajor.id}" provides "${other}", another version of it. Install releases that fit together.`
  }
  const namesake = withheld.find((node) => node.id === token.split('.')[0])
  if (namesake) return `"${namesake.id}" probably does, but ${namesake.withheld}.`
  const similar = nearest(
    token,
    nodes.flatMap((node) => node.provides),
  )
  if (similar !== undefined) return `Did you mean "${similar}"?`
  return `Add the plugin that provides it to config/plugins.yaml.`
}

export const ownService = (plugin: string, token: string): string =>
  `"${plugin}" consumes "${token}", which it provides itself.\nUse the service by its name in "services" instead.`

export const dependencyCycle = (cycle: readonly string[], token: (from: string, to: string) => string): string =>
  `Dependency cycle: ${cycle.join(' -> ')}.\n${cycle
    .slice(0, -1)
    .map((id, index) => `${id} needs ${token(id, cycle[index + 1]!)}`)
    .join('; ')}. Make one optional() or use an event.`

export const providedTwice = (token: string, plugins: readonly string[]): string =>
  `"${token}" is provided by two plugins: ${plugins.join(', ')}. Disable one of them.`

export const ownedTwice = (point: string, plugins: readonly string[]): string =>
  `The point "${point}" has two owners: ${plugins.join(', ')}. Disable one of them.`

export const contributedTwice = (point: string, key: string, plugins: readonly string[]): string =>
  new Set(plugins).size === 1
    ? `"${plugins[0]}" contributes "${key}" to "${point}" twice. Give one of them another key.`
    : `"${key}" is contributed to "${point}" twice: ${plugins.join(', ')}. Disable one of them.`

export const onlyOne = (point: string, plugins: readonly string[]): string =>
  `"${point}" takes one contribution and has ${count(plugins.length)}: ${plugins.join(', ')}. Choose one in host.points."${point}".`

export const wrongChoice = (point: string, choice: string, plugins: readonly string[]): string =>
  `host.points."${point}" chooses "${choice}", which contributes nothing to it. ` +
  (plugins.length === 0 ? 'Remove the choice.' : `Choose one of: ${plugins.join(', ')}.`)

export const absentOwner = (plugin: string, point: string, key: string): string =>
  `"${plugin}" contributes "${key}" to "${point}" and no enabled plugin owns that point; the contribution is left out.`

const count = (number: number): string => ['none', 'one', 'two', 'three', 'four'][number] ?? String(number)

/** The whole message: numbered, continuation lines indented. */
export function problemList(subject: string, problems: readonly string[]): string {
  const numbered = problems.map((problem, index) => `  ${index + 1}. ${problem.replaceAll('\n', '\n     ')}`)
  return `${subject} has ${problems.length} problem${problems.length === 1 ? '' : 's'}; nothing was started.\n${numbered.join('\n')}`
}
