import { basename } from 'node:path/posix'

const cell = (text) => (text ?? '').replaceAll('\n', ' ').replaceAll('|', '\\|')
// Code that has a backtick stands between two.
const code = (text = '') => (text === '' ? '' : text.includes('`') ? `\`\` ${cell(text)} \`\`` : `\`${cell(text)}\``)
const table = (head, rows) =>
  rows.length === 0 ? [] : [[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')]

const componentPart = ({ name, described }) => {
  const { description, props, events, slots, exposed } = described
  return [
    `### ${name}`,
    description,
    ...table(
      ['Property', 'Type', 'Default', ''],
      props.map((prop) => [code(prop.name), code(prop.type), prop.required ? 'required' : code(prop.usual), cell(prop.description)]),
    ),
    ...table(
      ['Event', 'Arguments', ''],
      events.map((event) => [code(event.name), code(event.type), cell(event.description)]),
    ),
    ...table(
      ['Slot', 'What it gets'],
      slots.map((slot) => [code(slot.name), slot.type === '{}' ? '' : code(slot.type)]),
    ),
    ...table(
      ['By `ref`', 'Type'],
      exposed.map((member) => [code(member.name), code(member.type)]),
    ),
  ]
}

const exportPart = (one) =>
  one.component
    ? componentPart(one)
    : [`### ${one.name}`, one.comment, `\`\`\`ts\n${one.text.replace(/^export /, '')}\n\`\`\``].filter((part) => part !== undefined)

/** Exports in the order in which the index names their files: what belongs together stays together. */
const entryPart = ({ name, exports }) => [`## ${name}`, ...exports.flatMap(exportPart)]

/** The reference of one package, of its doc comments. */
export const referencePage = ({ folder, entries }) =>
  [
    `# ${folder.split('/').at(-1)}`,
    `What plugins may import of \`${folder}\`, in the order of its files. Made by \`npm run api\` of the doc comments; the comments are the place to change it.`,
    ...entries.flatMap(entryPart),
  ].join('\n\n')

/** The first page of the reference. */
export const referenceIndex = (faces) =>
  [
    '# Reference',
    'Everything a plugin may import, made by `npm run api` of the doc comments. Begin with [writing a plugin](../plugins/README.md) and the [extension points](../plugins/points/README.md).',
    [
      '| Package | |',
      '|---|---|',
      ...faces.map(
        ({ entries, reference }) =>
          `| [${entries.map(({ name }) => `\`${name}\``).join(', ')}](${basename(reference)}) | ${entries.reduce((sum, { exports }) => sum + exports.length, 0)} exports |`,
      ),
    ].join('\n'),
  ].join('\n\n')
