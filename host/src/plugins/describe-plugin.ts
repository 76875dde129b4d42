import { authenticator, englishOf, type PluginManifest } from '@parley/plugin-api'
import type { PluginCandidate } from './plugin-candidate.ts'
import type { SignatureState } from './plugin-signature.ts'

/** What a person has to know before saying yes, in plain words. Everything the package says about itself is printed without control characters. */
export function describePlugin(candidate: PluginCandidate, signature: SignatureState, before: string | undefined): readonly string[] {
  const { manifest, version, package: name, content } = candidate.package
  const lines: Line[] = [
    ['From', [candidate.from, candidate.entry.tarball ?? candidate.entry.integrity!]],
    ['Signature', signatureText(signature)],
    ['Replaces', before === undefined ? undefined : `version ${before}`],
    ...saidIn(manifest),
    ['Files', String(candidate.files.size)],
  ]
  const about = manifest.description?.en ?? content['description']
  const title = `"${manifest.id}" ${version}, a ${kinds[manifest.kind]}: ${name}${typeof about === 'string' ? `. ${about}` : ''}`
  return [
    title,
    ...table(lines),
    'Its server code runs inside Parley and can do whatever Parley can. What is said above is what it declares; no wall holds it to that.',
  ].map(printable)
}

type Line = readonly [label: string, text: string | readonly string[] | undefined]

/** What a plugin says it may do and touches, in plain words. */
export const touchLines = (manifest: PluginManifest): readonly string[] => table(saidIn(manifest)).map(printable)

const saidIn = (manifest: PluginManifest): readonly Line[] => [
  ['Licence', licenceText(manifest)],
  ['Uses', listed(manifest.consumes)],
  ['Uses if there', listed(manifest.optional)],
  ['Offers', listed(manifest.provides)],
  ['Adds to', listed(manifest.contributes?.map(pointText))],
  ['Brings rights', listed(rights(manifest.permissions))],
  ['Calls', listed(manifest.outbound?.map(hostText))],
  ['Configuration', listed(settings(manifest.id, manifest.config))],
  ['Screens', manifest.ui === undefined ? 'none' : 'its own, in the browsers of your people'],
]

const table = (lines: readonly Line[]): readonly string[] =>
  lines.flatMap(([label, text]) => {
    const rows = text === undefined ? [] : [text].flat()
    return rows.map((row, index) => `  ${(index === 0 ? label : '').padEnd(14)} ${row}`)
  })

function licenceText({ id, licence, licenceKey }: PluginManifest): string | undefined {
  if (licence === undefined && licenceKey === undefined) return undefined
  return `runs when "${licence ?? id}" is licensed${licenceKey === undefined ? '' : `, by whoever has the key of ${licenceKey}`}`
}

const kinds = { feature: 'feature', channel: 'channel', system: 'part of the system' } as const
const notSaid = 'it does not say'

/** A list that the package leaves out is held against nothing, so it says nothing. */
const listed = (items: readonly string[] | undefined): readonly string[] | string =>
  items === undefined ? notSaid : items.length === 0 ? 'none' : items

const rights = (permissions: PluginManifest['permissions']): readonly string[] | undefined =>
  permissions && Object.entries(permissions).map(([id, title]) => `${englishOf(title)} (${id})`)

const hostText = (host: string): string => (host === '*' ? 'addresses that people enter' : host)

const pointText = (id: string): string => (id === authenticator.id ? `${id}: it decides who people are` : id)

const settings = (plugin: string, config: PluginManifest['config']): readonly string[] | undefined =>
  config && Object.entries(config).map(([key, purpose]) => `plugins.${plugin}.config.${key}: ${purpose}`)

/** In a few words, for the list and before a plugin is enabled. */
export function signatureText(signature: SignatureState): string {
  switch (signature.state) {
    case 'signed':
      return `by "${signature.publisher}"`
    case 'unknown-publisher':
      return `by ${signature.key}, which host.publishers does not list`
    case 'invalid':
      return `wrong, by ${signature.key}`
    default:
      return 'none: nobody vouches for it'
  }
}

// A terminal obeys control characters, and a reader is misled by marks that turn the direction of text.
const printable = (line: string): string => line.replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\uFFFD')
