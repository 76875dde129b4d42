import { parseArgs } from 'node:util'
import { kindProblem, nameProblem, newPlugin, pluginKinds, titleProblem } from '../create/new-plugin.ts'
import { writePlugin } from '../create/write-plugin.ts'
import type { Command, CommandContext } from './command.ts'

const options = {
  kind: { type: 'string' },
  name: { type: 'string' },
  title: { type: 'string' },
  package: { type: 'string' },
  packages: { type: 'string' },
  'no-ui': { type: 'boolean' },
} as const

/** `parley-plugin create [folder] [--kind … --name … --title … --package …]` */
export const create: Command = async (context) => {
  const { values, positionals } = parseArgs({ args: [...context.args], options, allowPositionals: true })
  const kind = await answer(context, 'kind', values.kind, `What is it? (${pluginKinds.join(', ')})`, 'feature', kindProblem)
  const name = await answer(context, 'name', values.name, 'Its name, such as acme-sms or @acme/parley-sms', positionals[0] ?? '', nameProblem)
  const title = await answer(context, 'title', values.title, 'Its title, for people', wordsOf(name), titleProblem)
  const plugin = newPlugin({ kind, name, title, ui: values['no-ui'] !== true, package: values.package })
  const folder = positionals[0] ?? plugin.id
  const files = await writePlugin(folder, plugin, values.packages)
  for (const file of files) context.print(`  ${file}`)
  context.print(`Made ${plugin.package} in ${folder}. Next:`)
  context.print(`  cd ${folder} && npm install && npm test`)
  return 0
}

async function answer(
  { ask }: CommandContext,
  option: string,
  given: string | undefined,
  question: string,
  suggestion: string,
  problemOf: (text: string) => string | undefined,
): Promise<string> {
  const text = given ?? (ask === undefined ? undefined : await ask(question, suggestion))
  if (text === undefined) throw new Error(`Say --${option}: there is nobody here to ask. ${question}.`)
  const problem = problemOf(text)
  if (problem !== undefined) throw new Error(problem)
  return text
}

const wordsOf = (name: string): string => {
  const words = name.replace(/^@[^/]*\//, '').replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
