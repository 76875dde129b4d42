/** What `GET /api/v1/system/licence` answers. */
export interface LocalWords {
  readonly en: string
  readonly uk: string
}

export interface LicenceLimit {
  readonly name: string
  readonly limit: number
  readonly used?: number
}

export interface Licence {
  readonly id: string
  readonly customer: string
  readonly origin: string
  readonly issued: string
  readonly expires?: string
  readonly graceDays: number
  readonly trial: boolean
  readonly state: 'valid' | 'grace' | 'ended'
  readonly daysLeft?: number
  readonly warning?: 30 | 14 | 7 | 1
  readonly suspendsAt?: string
  readonly features: readonly string[]
  readonly limits: readonly LicenceLimit[]
}

export interface LicensedPlugin {
  readonly id: string
  readonly title?: LocalWords
  readonly description?: LocalWords
  readonly feature: string
  readonly state: string
  readonly needsRestart: boolean
}

export interface LicenceProblem {
  readonly code: string
  readonly text: string
  readonly values: Readonly<Record<string, string>>
}

export interface LicenceStatus {
  readonly required: boolean
  readonly licences: readonly Licence[]
  readonly problems: readonly LicenceProblem[]
  readonly plugins: readonly LicensedPlugin[]
}
