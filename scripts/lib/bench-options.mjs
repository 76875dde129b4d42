/** Sections of `npm run bench`, in the order of their run, with what each is asked to reach. */
export const sections = {
  a: 'Message: hook → two nodes → sink',
  b: 'From a commit to 300 screens, their lists and 5,000 widgets, milliseconds',
  c: 'Start and memory',
  d: 'First load of the inbox',
  e: 'Inbox of 100,000 requests and a million messages, milliseconds',
  f: 'One to three workers on the same cores',
  g: 'Cost of plugins that do nothing',
  hostile: 'Message beside a plugin that misbehaves, milliseconds',
}

const flags = ['--quick', '--only', '--json']
const listed = Object.entries(sections).map(([key, title]) => `  ${key}  ${title}`)

/** Reads the arguments; throws one sentence that says what is wrong with them. */
export const readBenchOptions = (args) => {
  const options = { quick: false, only: undefined, json: undefined }
  const rest = [...args]
  const valueOf = (flag, example) => {
    const value = rest.shift()
    if (value === undefined || value.startsWith('--')) throw new Error(`${flag} needs a value, such as ${flag} ${example}.`)
    return value
  }
  while (rest.length > 0) {
    const flag = rest.shift()
    if (flag === '--quick') options.quick = true
    else if (flag === '--json') options.json = valueOf(flag, 'figures.json')
    else if (flag === '--only') options.only = sectionsOf(valueOf(flag, 'a,c'))
    else throw new Error(`npm run bench knows no "${flag}".${didYouMean(flag, flags)} There are ${flags.join(', ')}.`)
  }
  return options
}

const sectionsOf = (text) => {
  const wanted = text.split(',').map((part) =>
    part
      .trim()
      .replace(/^\((.*)\)$/, '$1')
      .toLowerCase(),
  )
  const unknown = wanted.filter((part) => !(part in sections))
  if (unknown.length === 0) return wanted
  const guess = unknown.map((part) => nearestSection(part)).find((key) => key !== undefined)
  const guessed = guess === undefined ? '' : ` Did you mean "${guess}"?`
  throw new Error(`There is no section ${unknown.map((part) => `"${part}"`).join(' or ')}.${guessed} There are:\n${listed.join('\n')}`)
}

/** "start" means c, "search" none; "ab" is a list without its comma. */
const nearestSection = (text) => {
  if (text.length > 1 && [...text].every((letter) => letter in sections)) return [...text].join(',')
  return text.length < 3 ? undefined : Object.keys(sections).find((key) => sections[key].toLowerCase().includes(text))
}

const didYouMean = (text, known) => {
  const near = known.find((each) => each.startsWith(text) || text.startsWith(each) || each.slice(2) === text.replaceAll('-', ''))
  return near === undefined ? '' : ` Did you mean ${near}?`
}
