import { compareVersions, isObject, packageProblems, type ConfigObject } from '@parley/kernel'
import type { PluginCandidate } from './plugin-candidate.ts'
import type { LockEntry } from './plugin-lock.ts'
import { signatureProblem, signatureState, type PublisherTrust, type SignatureState } from './plugin-signature.ts'

/** What is approved now under the same id. */
export interface ApprovedPlugin {
  readonly entry: LockEntry
  /** The package's name, when its folder can still be read. */
  readonly name: string | undefined
}

export interface CandidateQuestion {
  readonly candidate: PluginCandidate
  readonly before: ApprovedPlugin | undefined
  /** The merged configuration. */
  readonly config: ConfigObject
  readonly trust: PublisherTrust
}

export const candidateSignature = ({ candidate: { package: found, entry }, trust }: CandidateQuestion): SignatureState =>
  signatureState({ id: found.manifest.id, version: found.version, integrity: entry.integrity! }, entry.signature, trust)

/** Why it is refused whatever anybody says, or `undefined`. */
export function refusal(question: CandidateQuestion): string | undefined {
  const { candidate, trust } = question
  // what is installed as a package may be one that was released with this host
  const [wrong] = packageProblems(candidate.package).filter(({ field }) => field !== 'name' || candidate.source !== 'package')
  if (wrong !== undefined) return `${wrong.problem}.${wrong.field === 'parley.api' ? '' : ' Its author has to choose another.'}`
  return clash(question) ?? candidate.problem ?? signatureProblem(candidateSignature(question), trust)
}

/** What only `--force` allows: the same id could mean that somebody else takes over the plugin's data. */
export function objection({ candidate, before }: CandidateQuestion): string | undefined {
  if (!before) return undefined
  const { version, package: name } = candidate.package
  const { entry } = before
  if (before.name !== undefined && before.name !== name) return `it is the package "${name}", and "${before.name}" is approved under its id.`
  if (entry.signature && entry.signature.key !== candidate.entry.signature?.key)
    return `version ${entry.version} was signed by ${entry.signature.key} and this one is ${candidate.entry.signature ? `by ${candidate.entry.signature.key}` : 'not signed'}.`
  const order = compareVersions(version, entry.version)
  if (order < 0) return `version ${entry.version} is approved and this is the older ${version}; its tables may be ahead of its code.`
  if (order === 0 && entry.tarball !== undefined && entry.integrity !== candidate.entry.integrity)
    return `version ${version} is approved with other files. A release of a plugin never changes.`
  return undefined
}

/** An id that the configuration gives to something else. */
function clash({ candidate, config }: CandidateQuestion): string | undefined {
  const { id } = candidate.package.manifest
  const listed = isObject(config['plugins']) ? config['plugins'][id] : undefined
  if (!isObject(listed)) return undefined
  const { package: name, path } = listed
  if (typeof name === 'string' && candidate.entry.package !== name) return `its id "${id}" is that of the package "${name}" in the configuration.`
  if (typeof path === 'string' && candidate.source !== 'folder') return `its id "${id}" is that of the folder "${path}" in the configuration.`
  return undefined
}
