import { permissionId } from '@parley/plugin-api'
import type { CheckedPlugin } from './checked-plugin.ts'
import type { Finding } from './finding.ts'
import { textsIn, type LanguageTexts } from './texts-in.ts'
import { usedTexts } from './used-texts.ts'

const placeholdersOf = (text: string): string => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort().join(', ')

/** So many texts are not the same in two languages by chance. */
const fewTexts = 3

/** Everything people read is there in both languages, with the same placeholders; what the code asks for exists, and rights have words. */
export function languagesRule(plugin: CheckedPlugin): Finding[] {
  const { texts, findings } = textsIn(plugin.sources)
  return [...findings, ...texts.flatMap(compared), ...missingTexts(plugin, texts), ...rightsInOneLanguage(plugin, texts)]
}

function compared(own: LanguageTexts): Finding[] {
  const { file, line, language, translation } = own
  const found = (problem: string, fix: string): Finding => ({ rule: 'languages', file, ...(line === undefined ? {} : { line }), problem, fix })
  const entries = Object.entries(own.texts)
  const isCopy = (): boolean =>
    entries.length > fewTexts &&
    entries.length === Object.keys(translation.texts).length &&
    entries.every(([key, text]) => translation.texts[key] === text)
  if (language === 'uk' && isCopy())
    return [found('its "uk" texts are those of "en", word for word', 'Translate it: people read Parley in both languages.')]
  return entries.flatMap(([key, text]) => {
    const translated = translation.texts[key]
    if (text.trim() === '') return [found(`"${key}" is empty${line === undefined ? '' : ` in ${own.name}`}`, 'Write what people are to read there.')]
    if (translated === undefined) return [found(`"${key}" has no translation`, `Add "${key}" to ${translation.name}.`)]
    const [here, there] = [placeholdersOf(text), placeholdersOf(translated)]
    if (here === there || language === 'uk' || translated.trim() === '') return []
    return [found(`"${key}" has the placeholders {${here}} and its translation has {${there}}`, `Use the same ones in ${translation.name}.`)]
  })
}

function missingTexts({ sources, manifest: { id } }: CheckedPlugin, texts: readonly LanguageTexts[]): Finding[] {
  const ofUi = texts.filter(({ file }) => file.startsWith('src/ui/'))
  if (ofUi.length === 0) return []
  const known = new Set(ofUi.flatMap((each) => Object.keys(each.texts)))
  return sources
    .filter(({ path }) => path.startsWith('src/ui/'))
    .flatMap((file) => usedTexts(file, id).map((used) => ({ ...used, file: file.path })))
    .filter(({ key }) => !known.has(key))
    .map(({ key, file, line }) => ({
      rule: 'languages',
      file,
      line,
      problem: `asks for the text "${key}", which no language has`,
      fix: `Correct it, or add "${key}" to en.json and uk.json.`,
    }))
}

/** A right has words in the manifest or, where the plugin has a UI, among its texts. */
function rightsInOneLanguage({ manifest, declared }: CheckedPlugin, texts: readonly LanguageTexts[]): Finding[] {
  const rights = declared?.spec.permissions ?? []
  const translated = (id: string): boolean => texts.some((each) => each.language === 'uk' && each.texts[`permissions.${id}`] !== undefined)
  return rights
    .filter(
      (right) => right.title.trim() !== '' && typeof manifest.permissions?.[permissionId(right)] === 'string' && !translated(permissionId(right)),
    )
    .map((right) => ({
      rule: 'languages',
      file: 'package.json',
      problem: `the right "${permissionId(right)}" has words in English only`,
      fix: `Write "${permissionId(right)}": { "en": ${JSON.stringify(right.title)}, "uk": "…" } in "parley.permissions", or add "permissions.${permissionId(right)}" to the locales of its UI.`,
    }))
}
