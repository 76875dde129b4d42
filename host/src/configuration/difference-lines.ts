import type { ConfigurationDifference, ThingChange } from '@parley/services'

const signs = { added: '+', changed: '~', removed: '-' } as const
const conflicts = {
  both: 'changed here too since the last export or import',
  here: 'changed here since the last export or import, not in the files',
  gone: 'deleted here since the last export or import',
} as const

/** For a terminal: a line for each thing, and one for each property of a changed one. */
export function differenceLines({ changes, problems, missingSecrets, kept }: ConfigurationDifference): string[] {
  const lines = changes.flatMap((change) => [
    title(change),
    ...change.fields.map(({ path, before, after }) => `    ${path}: ${short(before)} → ${short(after)}`),
  ])
  const section = (title: string, items: readonly string[]): void => {
    if (items.length > 0) lines.push(...(lines.length === 0 ? [] : ['']), title, ...items.map((item) => `  ${item}`))
  }
  section(
    'Nothing can be imported before this is mended:',
    problems.map(({ file, path, message }) => `${file}${path === '' ? '' : ` › ${path}`}: ${message}`),
  )
  section(
    'These secrets are neither here nor given. Put them into a YAML file outside of the folder, and name it with --secrets <file>:',
    missingSecrets.map(({ name }) => `${JSON.stringify(name)}: …`),
  )
  section('Nobody here knows what to do with these; an import keeps them, an export gives them back:', kept)
  return lines
}

function title({ change, file, conflict }: ThingChange): string {
  const notes = [...(change === 'removed' ? ['only here; --prune removes it'] : []), ...(conflict === undefined ? [] : [`! ${conflicts[conflict]}`])]
  return `${signs[change]} ${file}${notes.length === 0 ? '' : `   (${notes.join('; ')})`}`
}

const short = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > 100 ? `${text.slice(0, 97)}…` : text
}
