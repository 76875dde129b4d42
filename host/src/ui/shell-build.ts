import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const shellManifest = z.object({
  entry: z.string(),
  styles: z.array(z.string()).default([]),
  imports: z.record(z.string(), z.string()),
  integrity: z.record(z.string(), z.string()).default({}),
})

/** What the build of the shell left, with addresses as a browser asks for them. */
export interface ShellManifest {
  readonly entry: string
  readonly styles: readonly string[]
  readonly imports: Readonly<Record<string, string>>
  readonly integrity: Readonly<Record<string, string>>
}

/** The built shell in `ui-shell/dist`; read again when it was built again. */
export class ShellBuild {
  readonly directory: string
  #read: { readonly at: number; readonly manifest: ShellManifest } | undefined

  constructor({ directory }: { directory: string }) {
    this.directory = directory
  }

  /** `undefined` before the first build. */
  manifest(): ShellManifest | undefined {
    const file = join(this.directory, 'shell-manifest.json')
    const at = statSync(file, { throwIfNoEntry: false })?.mtimeMs
    if (at === undefined) return undefined
    if (this.#read?.at !== at) this.#read = { at, manifest: withAddresses(shellManifest.parse(JSON.parse(readFileSync(file, 'utf8')))) }
    return this.#read.manifest
  }
}

const withAddresses = ({ entry, styles, imports, integrity }: z.infer<typeof shellManifest>): ShellManifest => ({
  entry: address(entry),
  styles: styles.map(address),
  imports: Object.fromEntries(Object.entries(imports).map(([name, file]) => [name, address(file)])),
  integrity: Object.fromEntries(Object.entries(integrity).map(([file, hash]) => [address(file), hash])),
})

/** Files are named by the manifest as `x.js` or `assets/x.js`; both live under `/assets/`. */
const address = (file: string): string => `/assets/${file.replace(/^\/?(assets\/)?/, '')}`
