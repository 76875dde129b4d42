const lineOf = (word, name, type) => `  ${word} ${name}${type === '' ? '' : `: ${type}`}`

const componentText = (name, { props, events, slots, exposed }) =>
  [
    name,
    ...props.map(
      (prop) => `${lineOf('prop', prop.required ? prop.name : `${prop.name}?`, prop.type)}${prop.usual === undefined ? '' : ` = ${prop.usual}`}`,
    ),
    ...events.map(({ name: event, type }) => lineOf('event', event, type)),
    ...slots.map(({ name: slot, type }) => lineOf('slot', slot, type)),
    ...exposed.map(({ name: member, type }) => lineOf('exposes', member, type)),
  ].join('\n')

const byName = (one, next) => (one.name < next.name ? -1 : 1)
const block = (language, lines) => `\`\`\`${language}\n${lines}\n\`\`\``

const section = ({ name, signatures, exports }) => {
  const values = exports.filter(({ value }) => value !== undefined).sort(byName)
  const components = exports.filter(({ component }) => component).sort(byName)
  return [
    `## ${name}`,
    block('ts', signatures),
    ...(values.length === 0 ? [] : ['### Values', block('ts', values.map(({ value }) => value).join('\n\n'))]),
    ...(components.length === 0
      ? []
      : ['### Components', block('text', components.map((one) => componentText(one.name, one.described)).join('\n\n'))]),
  ].join('\n\n')
}

/** What others rely on, without a word of explanation: whoever changes it sees it here. */
export const reportPage = (entries) =>
  [
    '# API report',
    'Made by `npm run api`. A change here is a change for everybody who wrote a plugin: additions freely, anything else as a new id or major (see CONTRIBUTING.md).',
    ...entries.map(section),
  ].join('\n\n')
