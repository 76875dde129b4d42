import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const declaration = /^export const (\w+) = (extensionPoint|uiPoint)<([\s\S]*?)>\(\s*'([^']+)'(?:,\s*'(one|many)')?,?\s*\)/gm
const packageOf = (path) => path.split('/').slice(0, 2).join('/')

// The test kit repeats points of plugins by their ids, so that it runs none of their code.
const declares = (path) => /^(core|plugins)\/[^/]+\/src\//.test(path) && !path.startsWith('core/test-kit/')

/**
 * Every point there is, by where it is declared.
 * @returns {{ id: string, name: string, ui: boolean, type: string, one: boolean, file: string, folder: string }[]}
 */
export const pointsIn = (files) =>
  files
    .filter(({ path }) => declares(path) && path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .flatMap(({ path, text }) =>
      [...text.matchAll(declaration)].map(([, name, kind, type, id, cardinality]) => ({
        id,
        name,
        ui: kind === 'uiPoint',
        type: type.replace(/\s+/g, ' '),
        one: cardinality === 'one',
        file: path,
        folder: packageOf(path),
      })),
    )
    .sort((one, next) => (one.id < next.id ? -1 : 1))

/** Points of a later major have a page of their own beside that of the first. */
export const pageOf = ({ id }) => `docs/plugins/points/${id.replace(/@1$/, '')}.md`
export const examplesOf = ({ id }) => `docs/plugins/examples/${id.replace(/@1$/, '')}`

/** Sentences about points without a page, and pages without a point. */
export const pageProblems = (files) => {
  const points = pointsIn(files)
  const pages = new Map(files.filter(({ path }) => /^docs\/plugins\/points\/(?!README)[^/]+\.md$/.test(path)).map(({ path, text }) => [path, text]))
  const wanted = new Set(points.map(pageOf))
  return [
    ...points
      .filter((point) => !pages.has(pageOf(point)))
      .map(
        (point) =>
          `${point.file}: the point "${point.id}" has no page. Write ${pageOf(point)} as the others are, with an example in ${examplesOf(point)}/`,
      ),
    ...[...pages.keys()].filter((path) => !wanted.has(path)).map((path) => `${path}: there is no such point; remove the page`),
    ...[...pages].flatMap(([path, text]) =>
      ['facts', 'shape', 'example']
        .filter((part) => !text.includes(`<!-- ${part} -->`))
        .map((part) => `${path}: lacks the marks <!-- ${part} --> and <!-- /${part} -->`),
    ),
  ]
}

const importOf = ({ folder, file, name, ui }, packageName) => {
  if (folder.startsWith('core/')) return `import { ${name} } from '${packageName}'`
  if (file.includes('/src/api/')) return `import { ${name} } from '${packageName}/api'`
  return ui ? `the point by its id, as in the example` : ''
}

const facts = (point, packageName) => {
  const owner = point.id.split('.')[0]
  const imported = importOf(point, packageName)
  return [
    `| Id | \`${point.id}\` |`,
    '|---|---|',
    `| Defined by | ${owner === 'host' || owner === 'shell' ? `the ${owner}` : `\`${point.folder.split('/')[1]}\``}, in [${point.file.split('/').at(-1)}](../../../${point.file}) |`,
    `| Contributed by | the ${point.ui ? 'UI' : 'server'} of a plugin |`,
    `| Contributions | ${point.one ? 'exactly one in an installation; `host.points` of the configuration chooses where there are more' : 'any number, each under a key of its own'} |`,
    `| Version | ${point.id.split('@')[1]} |`,
    `| Taken as | ${imported.startsWith('import') ? `\`${imported}\`` : imported} |`,
  ].join('\n')
}

const code = (language, text) => `\`\`\`${language}\n${text.trim()}\n\`\`\``

/** The type of a contribution, with what it is made of, as the reference has it; the rest is a link. */
const shape = (point, exports) => {
  const named = exports.find(({ name }) => name === point.type.replace(/^readonly |\[\]$/g, ''))
  const text = named === undefined ? `type Contribution = ${point.type}` : named.text.replace(/^export /, '')
  const known = exports.filter(
    ({ name, component }) => !component && name !== named?.name && new RegExp(`\\b${name}\\b`).test(text) && /^[A-Z]/.test(name),
  )
  const reference = `../../reference/${point.folder.split('/')[1]}.md`
  const links = known.map(({ name }) => `[${name}](${reference}#${name.toLowerCase()})`).join(', ')
  return [code('ts', text), ...(links === '' ? [] : [`More: ${links}.`])].join('\n\n')
}

const example = (base, files, point) => {
  const folder = examplesOf(point)
  const own = files
    .filter(({ path }) => path.startsWith(`${folder}/`) && /\.(ts|vue|json)$/.test(path) && !path.endsWith('.test.ts'))
    .sort((one, next) => (one.path < next.path ? 1 : -1))
  if (own.length === 0) throw new Error(`There is no example in ${folder}/.`)
  return own
    .map(
      ({ path }) => `[${path.slice(folder.length + 1)}](../../../${path})\n\n${code(path.split('.').at(-1), readFileSync(join(base, path), 'utf8'))}`,
    )
    .join('\n\n')
}

const between = (text, part, content) =>
  text.replace(new RegExp(`(<!-- ${part} -->)[\\s\\S]*?(<!-- /${part} -->)`), (_, open, close) => `${open}\n\n${content}\n\n${close}`)

const listOf = (points, titles) =>
  [
    '| Point | What for | Contributions |',
    '|---|---|---|',
    ...points.map(
      (point) =>
        `| [\`${point.id}\`](${pageOf(point).split('/').at(-1)}) | ${titles.get(point.id)} | ${point.ui ? 'UI' : 'server'}, ${point.one ? 'one' : 'many'} |`,
    ),
  ].join('\n')

/** Pages with their marked parts filled anew; what is between the marks is nobody's to write. */
export const filledPages = (files, faces, { base }) => {
  const points = pointsIn(files).filter((point) => existsSync(join(base, pageOf(point))))
  const textOf = (path) => readFileSync(join(base, path), 'utf8')
  const pages = points.map((point) => {
    const { name } = JSON.parse(textOf(join(point.folder, 'package.json')))
    const exports = faces.filter(({ folder }) => folder === point.folder).flatMap(({ entries }) => entries.flatMap((entry) => entry.exports))
    const parts = { facts: facts(point, name), shape: shape(point, exports), example: example(base, files, point) }
    return { path: pageOf(point), text: Object.entries(parts).reduce((page, [part, content]) => between(page, part, content), textOf(pageOf(point))) }
  })
  const titles = new Map(points.map((point) => [point.id, /^# (.*?):/.exec(textOf(pageOf(point)))?.[1]]))
  const list = 'docs/plugins/points/README.md'
  return [...pages, { path: list, text: between(textOf(list), 'list', listOf(points, titles)) }]
}
