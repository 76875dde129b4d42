import { parseDocument, stringify } from 'yaml'
import { isRecord } from './canonical.ts'
import type { ConfigurationProblem } from './configuration-types.ts'

/** A file by its path in the folder, with `/`. */
export interface ConfigurationFile {
  readonly path: string
  readonly text: string
}

export interface FiledThing {
  readonly path: string
  /** `plugin/kind` */
  readonly kind: string
  readonly key: string
  readonly document: Readonly<Record<string, unknown>>
}

const ending = '.yaml'
const unsafe = /[^\p{L}\p{N}\p{M}._@-]/gu
const encode = (text: string): string => text.replaceAll(unsafe, encodeURIComponent).replace(/^\./, '%2E')

/** One file for each thing, in order of their paths. Names that differ by capitals alone would be one file on some disks: they are spelled out. */
export function filesOf(things: readonly { readonly kind: string; readonly key: string; readonly document: unknown }[]): ConfigurationFile[] {
  const count = new Map<string, number>()
  const folded = ({ kind, key }: { readonly kind: string; readonly key: string }): string => `${kind}/${key}`.toLowerCase()
  for (const thing of things) count.set(folded(thing), (count.get(folded(thing)) ?? 0) + 1)
  const name = (thing: { readonly kind: string; readonly key: string }): string => {
    const encoded = encode(thing.key)
    return count.get(folded(thing)) === 1 ? encoded : encoded.replaceAll(/[A-Z]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
  }
  return things
    .map((thing) => ({ path: `${thing.kind}/${name(thing)}${ending}`, text: print(thing.document) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

const print = (document: unknown): string => stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })

/** Everything that can be read, and everything that is wrong with the rest. */
export function readFiles(files: readonly ConfigurationFile[]): { things: FiledThing[]; problems: ConfigurationProblem[] } {
  const things = new Map<string, FiledThing>()
  const problems: ConfigurationProblem[] = []
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const report = (message: string): void => void problems.push({ file: file.path, path: '', message })
    const place = placeOf(file.path)
    if (place === undefined) {
      report(`A file lies in "<plugin>/<kind>/" and its name ends with "${ending}". Move it there, or out of the folder.`)
      continue
    }
    const parsed = parseDocument(file.text, { prettyErrors: true, uniqueKeys: true })
    if (parsed.errors.length > 0) {
      for (const { message, linePos } of parsed.errors)
        report(`line ${linePos?.[0].line ?? 1}: ${message.split('\n')[0]!.replace(/ at line.*$/, '')}`)
      continue
    }
    const document = readValue(parsed)
    if (!isRecord(document)) {
      report('This is not a list of properties. Each file describes one thing, as "property: value" on each line.')
      continue
    }
    const id = `${place.kind}/${place.key}`
    const other = things.get(id)
    if (other !== undefined) report(`"${other.path}" describes the same thing. Keep one of them.`)
    else things.set(id, { path: file.path, ...place, document })
  }
  return { things: [...things.values()], problems }
}

// An export writes kept files of any kind into a folder again: a name that leads elsewhere is none.
const place = /^([\w-]+\/[\w-]+)\/([^/]+)\.yaml$/

/** What a file describes, by where it lies. */
export function placeOf(path: string): { kind: string; key: string } | undefined {
  const [, kind, name] = place.exec(path.normalize('NFC')) ?? []
  if (kind === undefined || name === undefined) return undefined
  try {
    const key = decodeURIComponent(name)
    // no database keeps it
    return key.includes('\0') ? undefined : { kind, key }
  } catch {
    return undefined
  }
}

function readValue(parsed: ReturnType<typeof parseDocument>): unknown {
  try {
    return parsed.toJS() as unknown
  } catch {
    // an alias that explodes
    return undefined
  }
}
