import { isBundled, reservedPluginIds } from '@parley/kernel'

/** What can be made from a template. */
export const pluginKinds = ['channel', 'feature', 'scenario-node'] as const
export type PluginKind = (typeof pluginKinds)[number]

/** What is asked of somebody who makes a plugin. */
export interface NewPlugin {
  readonly kind: PluginKind
  /** The id: the address of its pages and routes, the name of its schema in the database. */
  readonly id: string
  /** Name of the package. */
  readonly package: string
  readonly title: string
  /** A feature has a page in the shell unless it is not wanted. */
  readonly ui: boolean
}

const idPattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const packagePattern = /^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/

/** The id in a name such as `sms`, `parley-plugin-sms` or `@acme/parley-sms`. */
const idOf = (name: string): string => name.replace(/^@[^/]*\//, '').replace(/^parley-(plugin-)?/, '')

/** Why the name cannot be used, in a sentence, or `undefined`. */
export function nameProblem(name: string): string | undefined {
  const id = idOf(name)
  if (!idPattern.test(id))
    return `"${name}" is no name for a plugin: use small letters, digits and hyphens, and begin with a letter, as in "acme-sms".`
  if (id.length > 40) return `"${name}" is too long: 40 characters at most, because the database's schema is named after it.`
  if (reservedPluginIds.includes(id)) return `"${id}" is an address of the platform itself. Choose another name, such as "acme-${id}".`
  if (!packagePattern.test(name)) return `"${name}" is no name for a package. Write it as "acme-sms" or "@acme/parley-sms".`
  return bundledProblem(name)
}

function packageProblem(name: string | undefined): string | undefined {
  if (name === undefined) return undefined
  return packagePattern.test(name) ? bundledProblem(name) : `"${name}" is no name for a package. Write it as "parley-sms" or "@acme/parley-sms".`
}

const bundledProblem = (name: string): string | undefined =>
  isBundled(name) ? `"${name}" is a name that only packages released with Parley have. Write it as "parley-sms" or "@acme/parley-sms".` : undefined

export function kindProblem(kind: string): string | undefined {
  return (pluginKinds as readonly string[]).includes(kind) ? undefined : `There is no kind "${kind}". Choose one of: ${pluginKinds.join(', ')}.`
}

export function titleProblem(title: string): string | undefined {
  if (title.trim() === '' || title.length > 60) return 'The title is what people see: 1 to 60 characters.'
  return /["'`\\{}<>\r\n]/.test(title)
    ? `"${title}" has a character that would have to be escaped: leave out quotes, brackets and backslashes.`
    : undefined
}

/** Answers that have passed their checks. */
export const newPlugin = (answers: {
  readonly kind: string
  readonly name: string
  readonly title: string
  readonly ui: boolean
  readonly package?: string | undefined
}): NewPlugin => {
  const { kind, name, title, ui } = answers
  const problem = kindProblem(kind) ?? nameProblem(name) ?? titleProblem(title) ?? packageProblem(answers.package)
  if (problem !== undefined) throw new Error(problem)
  const id = idOf(name)
  const usual = name === id ? `parley-plugin-${id}` : name
  return { kind: kind as PluginKind, id, package: answers.package ?? usual, title: title.trim(), ui: ui && kind === 'feature' }
}
