import type { ActionDocument } from '../../api/index.ts'
import type { ActionFields } from '../action-types.ts'

/** The text of a config as it is shown. */
export const textOfConfig = (config: Readonly<Record<string, unknown>>): string => `${JSON.stringify(config, undefined, 2)}\n`

export const fieldsOf = ({ id, name, description, group, code, config, documentation }: ActionDocument & { readonly id: string }): ActionFields => ({
  ...{ id, name, description, group, code, documentation },
  configText: textOfConfig(config),
})

/** What a new action begins with: it runs as it stands. */
export const freshFields = (id = 'action_'): ActionFields => ({
  ...{ id, name: '', description: '', group: 'custom', documentation: '' },
  code: `async function ${id === 'action_' ? 'action_hello' : id}() {
  const { name } = this.getCurrentNodeParamsJSON()
  this.setCurrentStateConstant('greeting', \`Hello, \${name}!\`)
  return 'success'
}

module.exports = ${id === 'action_' ? 'action_hello' : id}
`,
  configText: textOfConfig({
    parameters: [{ name: 'name', type: 'string', label: 'Name', required: true, description: 'Whom to greet.', defaultValue: '{{user_name}}' }],
    ui: { groups: [] },
    json_example: { name: 'Olena' },
    events_schema: ['success'],
  }),
})

/** The same action under another id: the name of its function follows. */
export const renamed = (code: string, from: string, to: string): string =>
  /^action_\w*$/.test(to) ? code.replaceAll(new RegExp(`\\b${from}\\b`, 'g'), to) : code

/** The name under which the code is exported; `action_` where that cannot be seen. */
export const functionOf = (code: string): string => /\bmodule\.exports\s*=\s*(action_\w*)/.exec(code)?.[1] ?? 'action_'

/** What a clone begins with. */
export const copyOf = (source: ActionDocument & { readonly id: string }, name: string): ActionFields => {
  const id = `${source.id.slice(0, 58)}_copy`
  return { ...fieldsOf(source), id, name: name.slice(0, 100), code: renamed(source.code, source.id, id) }
}

export interface ParsedConfig {
  readonly config?: Readonly<Record<string, unknown>>
  /** Why it is no JSON object, and where. */
  readonly problem?: { readonly message: string; readonly line?: number }
}

const lineAt = (text: string, position: number): number => text.slice(0, position).split('\n').length

export const parseConfig = (text: string): ParsedConfig => {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { config: value as Record<string, unknown> }
    return { problem: { message: '{ … }', line: 1 } }
  } catch (error) {
    const message = (error as Error).message
    const position = /position (\d+)/.exec(message)?.[1]
    const line = /line (\d+)/.exec(message)?.[1]
    const at = line === undefined ? (position === undefined ? undefined : lineAt(text, Number(position))) : Number(line)
    return { problem: { message, ...(at === undefined ? {} : { line: at }) } }
  }
}

/** The line of a place such as `parameters.1.name`, as far as the text shows it: the last key of the path that stands in the text after those before it. */
export const lineOfPath = (text: string, path: string): number => {
  let position = 0
  for (const [index, step] of path.split('.').entries()) {
    const found = /^\d+$/.test(step) ? itemAt(text, position, Number(step)) : text.indexOf(`"${step}"`, position)
    if (found < 0) break
    position = found + (index === path.split('.').length - 1 ? 0 : 1)
  }
  return lineAt(text, position)
}

/** Where an item of the list begins that comes next; strings are skipped. */
const itemAt = (text: string, from: number, wanted: number): number => {
  let depth = 0
  let index = 0
  const tokens = /"(?:[^"\\]|\\.)*"|[[\]{},]/g
  tokens.lastIndex = text.indexOf('[', from)
  if (tokens.lastIndex < 0) return -1
  for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
    const [sign] = token
    if (sign === ',' && depth === 1) index += 1
    if (sign === '[' || sign === '{') depth += 1
    if (sign === ']' || sign === '}') depth -= 1
    if (depth === 0) return -1
    if (index === wanted && depth >= 1 && sign !== ',' && !(sign === '[' && depth === 1)) return token.index
  }
  return -1
}
