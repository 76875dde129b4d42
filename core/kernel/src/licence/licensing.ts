import type { Entitlements, PluginManifest } from '@parley/plugin-api'
import { endedReason, termOf } from './licence-term.ts'
import type { HeldLicence, LicenceDocument } from './licence-document.ts'
import type { LicenceProblem } from './verify-licence.ts'

/** As much of a plugin as decides what it needs. */
export interface LicensedPlugin {
  readonly id: string
  readonly manifest?: PluginManifest | undefined
}

/** Why a plugin may not work. `ended`: it was licensed, so its code is loaded and comes back with a renewal; `missing`: nothing of it runs. */
export interface Refusal {
  readonly kind: 'missing' | 'ended'
  readonly reason: string
}

/** What the kernel asks. The answers may change at any time. */
export interface Licensing {
  refusal(plugin: LicensedPlugin): Refusal | undefined
  entitlements(plugin: LicensedPlugin): Entitlements
}

/** No licence is needed for anything: tools and tests. */
export const unlimited: Licensing = { refusal: () => undefined, entitlements: () => ({ has: () => true, limit: () => Infinity }) }

export interface LicensingRules {
  /** Plugins that need a licence only when they ask for one themselves. */
  readonly base: readonly string[]
  /** Every other plugin needs a feature of its id, unless its manifest names one. */
  readonly required: boolean
  /** Keys of who may license everything but what a manifest reserves for its own publisher. */
  readonly keys: readonly string[]
  /** The time as a licence sees it. */
  readonly now: (document: LicenceDocument) => Date
}

/** What a plugin needs to run, if anything. */
export const neededFeature = ({ id, manifest }: LicensedPlugin, { base, required }: Pick<LicensingRules, 'base' | 'required'>): string | undefined =>
  manifest?.licence ?? (required && !base.includes(id) ? id : undefined)

/** The licences of an installation, and what follows from them at this moment. */
export class LicenceSet implements Licensing {
  readonly #rules: LicensingRules
  #held: readonly HeldLicence[] = []
  #problems: readonly LicenceProblem[] = []

  constructor(rules: LicensingRules) {
    this.#rules = rules
  }

  /** Of each key only the licence issued last: a renewal takes the place of what it renews. */
  get held(): readonly HeldLicence[] {
    return this.#held
  }

  get problems(): readonly LicenceProblem[] {
    return this.#problems
  }

  hold(licences: readonly HeldLicence[], problems: readonly LicenceProblem[] = []): void {
    this.#held = latestOfEachKey(licences)
    this.#problems = problems
  }

  needs(plugin: LicensedPlugin): string | undefined {
    return neededFeature(plugin, this.#rules)
  }

  refusal(plugin: LicensedPlugin): Refusal | undefined {
    const feature = this.needs(plugin)
    if (feature === undefined) return undefined
    const granting = this.granting(plugin, feature)
    if (granting !== undefined) return this.#works(granting) ? undefined : { kind: 'ended', reason: endedReason(granting.document) }
    if (this.#of(plugin).length > 0) return { kind: 'missing', reason: `the licence does not include "${feature}"` }
    const [problem] = this.#problems
    const found = problem === undefined ? 'there is no licence here' : `the licence found does not hold. ${problem.text.replace(/\.$/, '')}`
    return { kind: 'missing', reason: `it needs a licence with the feature "${feature}", and ${found}` }
  }

  /** The licence that includes a feature for a plugin: one that works, else one that ended. */
  granting(plugin: LicensedPlugin, feature: string): HeldLicence | undefined {
    const all = this.#of(plugin).filter(({ document }) => Object.hasOwn(document.features, feature))
    return all.find((licence) => this.#works(licence)) ?? all[0]
  }

  entitlements(plugin: LicensedPlugin): Entitlements {
    return {
      has: (feature) => {
        const sold = this.needs(plugin) !== undefined || plugin.manifest?.paid?.includes(feature) === true
        if (!sold) return true
        const licence = this.granting(plugin, feature)
        return licence !== undefined && this.#works(licence)
      },
      limit: (name) => {
        const naming = this.#of(plugin).filter(({ document }) => Object.hasOwn(document.limits, name))
        const working = naming.filter((licence) => this.#works(licence))
        // The limits of a licence that ended go on holding: letting it end must not lift them.
        return Math.max(...(working.length > 0 ? working : naming).map(({ document }) => document.limits[name]!), naming.length > 0 ? 0 : Infinity)
      },
    }
  }

  /** A publisher who put a key into the manifest is the only one who licenses that plugin. */
  #of({ manifest }: LicensedPlugin): readonly HeldLicence[] {
    const keys = manifest?.licenceKey === undefined ? this.#rules.keys : [manifest.licenceKey]
    return this.#held.filter(({ key }) => keys.includes(key))
  }

  #works({ document }: HeldLicence): boolean {
    return termOf(document, this.#rules.now(document)).state !== 'ended'
  }
}

/** A renewal takes the place of what it renews, in whatever order they come. */
export function latestOfEachKey(licences: readonly HeldLicence[]): readonly HeldLicence[] {
  const latest = new Map<string, HeldLicence>()
  for (const licence of licences) {
    const other = latest.get(licence.key)
    if (other === undefined || isLater(licence, other)) latest.set(licence.key, licence)
  }
  return [...latest.values()]
}

/** True also for the same licence. */
export function isLater({ document: one }: HeldLicence, { document: other }: HeldLicence): boolean {
  const difference = Date.parse(one.issued) - Date.parse(other.issued)
  return difference === 0 ? (one.expires ?? '9999') >= (other.expires ?? '9999') : difference > 0
}
