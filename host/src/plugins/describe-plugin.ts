import { authenticator, configuration, demoData, englishOf, limitUsage, type PluginManifest } from '@parley/plugin-api'
import type { FoundPlugin } from './installed-plugins.ts'
import type { PluginCandidate } from './plugin-candidate.ts'
import type { SignatureState } from './plugin-signature.ts'

/** What a person has to know before saying yes, in plain words. Everything the package says about itself is printed without control characters. */
export function describePlugin(
  candidate: PluginCandidate,
  signature: SignatureState,
  before: string | undefined,
  found: readonly FoundPlugin[],
): readonly string[] {
  const { manifest, version, package: name, content } = candidate.package
  const lines: Line[] = [
    ['From', [candidate.from, candidate.entry.tarball ?? candidate.entry.integrity!]],
    ['Signature', signatureText(signature)],
    ['Replaces', before === undefined ? undefined : `version ${before}`],
    ...saidIn(manifest, found),
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

/** What a plugin says it may do and touches, in plain words. `found`: the plugins of this installation, whose names they have. */
export const touchLines = (manifest: PluginManifest, found: readonly FoundPlugin[]): readonly string[] =>
  table(saidIn(manifest, found)).map(printable)

function saidIn(manifest: PluginManifest, found: readonly FoundPlugin[]): readonly Line[] {
  const names = namesIn(found)
  const named = (ids: readonly string[] | undefined) => listed(ids?.map((id) => (names.has(id) ? `${names.get(id)} (${id})` : id)))
  return [
    ['Licence', licenceText(manifest)],
    ['Uses', named(manifest.consumes)],
    ['Uses if there', named(manifest.optional)],
    ['Offers', listed(manifest.provides)],
    ['Adds to', named(manifest.contributes)],
    ['Brings rights', listed(rights(manifest.permissions))],
    ['Calls', listed(manifest.outbound?.map(hostText))],
    ['Configuration', listed(settings(manifest.id, manifest.config))],
    ['Screens', manifest.ui === undefined ? 'none' : 'its own, in the browsers of your people'],
  ]
}

/** What the host has, as the shell's page of plugins says it. */
const ownPoints: readonly (readonly [id: string, words: string])[] = [
  [authenticator.id, 'Decides who people are'],
  [demoData.id, 'Brings demo data'],
  [configuration.id, 'Takes part in the export of the configuration'],
  [limitUsage.id, 'Counts what the licence limits'],
]

/** Service or point -> the title of the plugin that has it. Only what comes with Parley is believed when it says whose they are. */
const namesIn = (found: readonly FoundPlugin[]): ReadonlyMap<string, string> =>
  new Map([
    ...found.flatMap(({ source, manifest }) => {
      if (source !== 'bundled' || manifest?.title === undefined) return []
      const title = englishOf(manifest.title)
      return [...(manifest.provides ?? []), ...(manifest.owns ?? [])].map((id) => [id, title] as const)
    }),
    ...ownPoints,
  ])

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
