/** A text in every language of the shell. */
export interface LocalText {
  readonly en: string
  readonly uk: string
}

/** A title that a manifest has in English only, or in every language. */
export const englishOf = (title: string | LocalText): string => (typeof title === 'string' ? title : title.en)

/** The `parley` block of a plugin's package.json; readable without running the plugin. */
export interface PluginManifest {
  readonly id: string
  readonly kind: 'feature' | 'channel' | 'system'
  /** Range of `@parley/plugin-api` the plugin was built for, such as `^1.0`. */
  readonly api: string
  /** Its name and what it brings, for people: also where its code may not run. */
  readonly title?: LocalText
  readonly description?: LocalText
  /** Its pages in the shell, told where the licence does not include it. */
  readonly pages?: readonly { readonly path: `/${string}`; readonly title: LocalText }[]
  /** Feature name in the licence; absent = free. */
  readonly licence?: string
  /** The publisher's public key, `ed25519:…`: only licences signed with it count for this plugin. */
  readonly licenceKey?: string
  /** Features of a free plugin that are sold: `entitlements.has` holds for them only where a licence names them. */
  readonly paid?: readonly string[]
  readonly consumes?: readonly string[]
  readonly optional?: readonly string[]
  readonly provides?: readonly string[]
  readonly owns?: readonly string[]
  /** Points of others that it contributes to. */
  readonly contributes?: readonly string[]
  /** Rights it brings, `module.verb` -> title, in every language where the plugin has no screens to bring the words: told to the deployer before it is enabled. */
  readonly permissions?: Readonly<Record<string, string | LocalText>>
  /** Hosts it calls, such as `api.line.me`; `*` for addresses that people enter. Told to the deployer; the author's word, not a wall. */
  readonly outbound?: readonly string[]
  /** Keys of its deployment configuration -> what each is for. */
  readonly config?: Readonly<Record<string, string>>
  /** Path of ui-manifest.json inside the package. */
  readonly ui?: string
  /** Scripts for pages outside the shell, name -> source: `build` bundles each into `dist/browser/<name>.js`. */
  readonly browser?: Readonly<Record<string, string>>
}

/** What `parley-plugin build` leaves beside the UI files. Paths are relative to the manifest and never leave its folder. */
export interface UiManifest {
  readonly format: 1
  readonly entry: string
  readonly style?: string
  /** File -> `sha384-…`, for every file of the UI. */
  readonly integrity: Readonly<Record<string, string>>
}

/** Version of this contract; manifests name a range of it. */
export const apiVersion = '1.0.0'
