import type { CheckedPlugin } from './checked-plugin.ts'
import type { Finding } from './finding.ts'

type Texts = Readonly<Record<string, string>>

const flat = (texts: object, prefix = ''): Texts =>
  Object.assign(
    {},
    ...Object.entries(texts).map(([key, value]) =>
      typeof value === 'object' ? flat(value as object, `${prefix}${key}.`) : { [`${prefix}${key}`]: String(value) },
    ),
  )
const placeholdersOf = (text: string): string => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort().join(', ')

/** Each `locales/en.json` has an `uk.json` beside it with the same keys and the same placeholders, and the other way round. */
export function languagesRule({ sources }: CheckedPlugin): Finding[] {
  const files = new Map(sources.filter(({ path }) => /\/(en|uk)\.json$/.test(path)).map(({ path, text }) => [path, text]))
  return [...files.keys()].flatMap((path): Finding[] => {
    const other = path.replace(/(en|uk)\.json$/, (name) => (name === 'en.json' ? 'uk.json' : 'en.json'))
    const found = (problem: string, fix: string): Finding => ({ rule: 'languages', file: path, problem, fix })
    const translation = files.get(other)
    if (translation === undefined) return [found('has no translation beside it', `Write ${other}: people read Parley in both languages.`)]
    const [own, theirs] = [readTexts(files.get(path)!), readTexts(translation)]
    if (own === undefined) return [found('is not JSON', 'Correct it.')]
    return Object.entries(own).flatMap(([key, text]) => {
      const translated = theirs?.[key]
      if (translated === undefined) return theirs === undefined ? [] : [found(`"${key}" has no translation`, `Add "${key}" to ${other}.`)]
      const [here, there] = [placeholdersOf(text), placeholdersOf(translated)]
      if (here === there || path.endsWith('uk.json')) return []
      return [found(`"${key}" has the placeholders {${here}} and its translation has {${there}}`, `Use the same ones in ${other}.`)]
    })
  })
}

function readTexts(text: string): Texts | undefined {
  try {
    return flat(JSON.parse(text) as object)
  } catch {
    return undefined
  }
}
