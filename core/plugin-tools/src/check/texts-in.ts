import { Visitor, type ESTree } from 'vite'
import type { SourceFile } from './checked-plugin.ts'
import { nameOf, readableScripts, textOf, type Script } from './code.ts'
import type { Finding } from './finding.ts'

export type Language = 'en' | 'uk'
type Texts = Readonly<Record<string, string>>

/** Where texts of one language stand, and what is there. */
interface TextsAt {
  readonly file: string
  readonly line?: number
  readonly language: Language
  /** As a sentence names it. */
  readonly name: string
  /** Key, with dots between its parts -> text. */
  readonly texts: Texts
}

export interface LanguageTexts extends TextsAt {
  readonly translation: TextsAt
}

interface Found {
  readonly texts: readonly LanguageTexts[]
  readonly findings: readonly Finding[]
}

/** The pairs of languages in the files named `en.json` and `uk.json`, and in `locales` that are written into `defineUiPlugin`. */
export function textsIn(sources: readonly SourceFile[]): Found {
  const inline = sources.filter(({ path }) => path.startsWith('src/ui/')).map(inlineTexts)
  const found = [fileTexts(sources), ...inline]
  return { texts: found.flatMap(({ texts }) => texts), findings: found.flatMap(({ findings }) => findings) }
}

const finding = (file: string, problem: string, fix: string, line?: number): Finding => ({
  rule: 'languages',
  file,
  ...(line === undefined ? {} : { line }),
  problem,
  fix,
})

function fileTexts(sources: readonly SourceFile[]): Found {
  const files = new Map(sources.filter(({ path }) => /\/(en|uk)\.json$/.test(path)).map(({ path, text }) => [path, readTexts(text)]))
  const texts: LanguageTexts[] = []
  const findings: Finding[] = []
  for (const [path, own] of files) {
    const other = path.replace(/(en|uk)\.json$/, (name) => (name === 'en.json' ? 'uk.json' : 'en.json'))
    const [language, otherLanguage]: Language[] = path.endsWith('en.json') ? ['en', 'uk'] : ['uk', 'en']
    const theirs = files.get(other)
    if (!files.has(other)) findings.push(finding(path, 'has no translation beside it', `Write ${other}: people read Parley in both languages.`))
    else if (own === undefined) findings.push(finding(path, 'is not JSON', 'Correct it.'))
    else if (theirs !== undefined) {
      const translation = { file: other, language: otherLanguage!, name: other, texts: theirs }
      texts.push({ file: path, language: language!, name: path, texts: own, translation })
    }
  }
  return { texts, findings }
}

function readTexts(text: string): Texts | undefined {
  try {
    return flat(JSON.parse(text) as object)
  } catch {
    return undefined
  }
}

const flat = (texts: object, prefix = ''): Texts =>
  Object.assign(
    {},
    ...Object.entries(texts).map(([key, value]) =>
      typeof value === 'object' ? flat(value as object, `${prefix}${key}.`) : { [`${prefix}${key}`]: String(value) },
    ),
  )

function inlineTexts(file: SourceFile): Found {
  const texts: LanguageTexts[] = []
  const findings: Finding[] = []
  for (const script of readableScripts(file)) {
    const locales = localesOf(script)
    if (locales === undefined) continue
    const at = (language: Language): TextsAt | undefined => {
      const node = locales.languages.get(language)
      const found = node && objectOf(node)
      return found && { file: file.path, line: script.lineAt(node.start), language, name: `"${language}" of "locales"`, texts: flat(found) }
    }
    const [en, uk] = [at('en'), at('uk')]
    for (const language of ['en', 'uk'] as const)
      if (!locales.languages.has(language))
        findings.push(
          finding(file.path, `its "locales" have no "${language}"`, 'Write it: people read Parley in both languages.', script.lineAt(locales.start)),
        )
    if (en && uk) texts.push({ ...en, translation: uk }, { ...uk, translation: en })
  }
  return { texts, findings }
}

interface Locales {
  readonly start: number
  /** Language -> what stands there. */
  readonly languages: ReadonlyMap<string, ESTree.Node>
}

/** The languages of `defineUiPlugin({ locales: { … } })`, constants of the file read; `undefined` when they are not written there. */
function localesOf({ program }: Script): Locales | undefined {
  const constants = new Map<string, ESTree.Node>()
  let locales: ESTree.ObjectExpression | undefined
  new Visitor({
    VariableDeclarator({ id, init }) {
      if (id.type === 'Identifier' && init) constants.set(id.name, init)
    },
    CallExpression({ callee, arguments: [spec] }) {
      if (nameOf(callee) !== 'defineUiPlugin' || spec?.type !== 'ObjectExpression') return
      const value = propertiesOf(spec)?.get('locales')
      if (value?.type === 'ObjectExpression') locales = value
    },
  }).visit(program)
  const properties = locales && propertiesOf(locales)
  if (!locales || !properties) return undefined
  return { start: locales.start, languages: new Map([...properties].map(([name, value]) => [name, constants.get(nameOf(value) ?? '') ?? value])) }
}

/** `undefined` when some are only known at run time. */
function propertiesOf({ properties }: ESTree.ObjectExpression): Map<string, ESTree.Node> | undefined {
  const found = new Map<string, ESTree.Node>()
  for (const property of properties) {
    const name = property.type === 'Property' && !property.computed ? (nameOf(property.key) ?? textOf(property.key)) : undefined
    if (property.type !== 'Property' || name === undefined) return undefined
    found.set(name, property.value)
  }
  return found
}

/** The object as it will be; `undefined` when that is only known at run time. */
function objectOf(node: ESTree.Node): object | undefined {
  const properties = node.type === 'ObjectExpression' ? propertiesOf(node) : undefined
  if (properties === undefined) return undefined
  const entries = [...properties].map(([name, value]) => [name, textOf(value) ?? objectOf(value)] as const)
  return entries.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(entries)
}
