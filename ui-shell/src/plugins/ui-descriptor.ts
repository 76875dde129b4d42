/** What the host tells of one plugin; in graph order. */
export interface UiDescriptor {
  readonly id: string
  readonly version: string
  readonly state: string
  readonly reason?: string
  readonly entry?: string
  readonly style?: string
  readonly integrity?: string
  readonly config?: Readonly<Record<string, unknown>>
}
