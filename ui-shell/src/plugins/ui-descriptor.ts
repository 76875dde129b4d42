import type { LocalWords } from '../licence/licence-status.ts'

/** What a plugin would bring that nobody wants to run, or that the licence does not include, as its manifest says. */
export interface PluginAbout {
  readonly kind: 'feature' | 'channel' | 'system'
  /** What the licence would have to include. */
  readonly feature: string
  readonly title?: LocalWords
  readonly description?: LocalWords
  readonly pages?: readonly { readonly path: string; readonly title: LocalWords }[]
}

/** What the host tells of one plugin; in graph order. */
export interface UiDescriptor {
  readonly id: string
  readonly version: string
  readonly state: string
  readonly reason?: string
  readonly entry?: string
  readonly style?: string
  readonly styleIntegrity?: string
  readonly integrity?: string
  readonly about?: PluginAbout
  readonly config?: Readonly<Record<string, unknown>>
}
