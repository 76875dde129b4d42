import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import type { UiManifest } from '@parley/plugin-api'
import { z } from 'zod'
import { hashContent } from '../plugins/file-hashes.ts'
import type { FoundPlugin } from '../plugins/installed-plugins.ts'

// A path that stays in its folder: the host serves exactly the files listed here.
const file = z.string().regex(/^(?!.*(^|\/)\.\.?(\/|$))[\w@.-]+(\/[\w@.-]+)*$/, 'must be a path below the manifest')
export const uiManifest = z.object({
  format: z.literal(1),
  entry: file,
  style: file.optional(),
  integrity: z.record(file, z.string().startsWith('sha384-')),
})

/** The built UI of one plugin. */
export interface PluginUi {
  readonly id: string
  /** Where its files are asked for, such as `/ui/plugins/clients/1.0.0/`. */
  readonly base: string
  readonly directory: string
  readonly manifest: UiManifest
  /** sha512 in hex of each file as it was approved; missing for what comes with Parley. */
  readonly approved?: ReadonlyMap<string, string>
}

/** The UIs of installed plugins; read again when one was built again. */
export class PluginUis {
  readonly #found: ReadonlyMap<string, FoundPlugin>
  readonly #read = new Map<string, { readonly at: number | undefined; readonly ui: PluginUi | string }>()

  constructor({ found }: { found: readonly FoundPlugin[] }) {
    this.#found = new Map(found.map((plugin) => [plugin.id, plugin]))
  }

  /** `undefined` for a plugin without a UI, a sentence for one whose UI cannot be served. */
  get(id: string): PluginUi | string | undefined {
    const plugin = this.#found.get(id)
    if (plugin?.directory === undefined || plugin.manifest?.ui === undefined) return undefined
    const path = join(plugin.directory, plugin.manifest.ui)
    const at = statSync(path, { throwIfNoEntry: false })?.mtimeMs
    const known = this.#read.get(id)
    if (known && known.at === at) return known.ui
    const ui = at === undefined ? `its UI is not built: there is no ${path}. Run: npm run build` : readUi(plugin, path)
    this.#read.set(id, { at, ui })
    return ui
  }
}

function readUi({ id, version, directory, approved }: FoundPlugin, path: string): PluginUi | string {
  try {
    const text = readFileSync(path)
    const folder = dirname(path)
    const below = (file: string): string => relative(directory!, join(folder, file)).replaceAll(sep, '/')
    if (approved && approved.files.get(below(basename(path))) !== hashContent(text))
      return 'its UI was changed after it was approved. Put its files back, or approve it again.'
    const manifest = uiManifest.parse(JSON.parse(text.toString('utf8'))) as UiManifest
    for (const needed of [manifest.entry, manifest.style]) {
      if (needed !== undefined && !Object.hasOwn(manifest.integrity, needed))
        return `its UI manifest ${path} has no integrity for "${needed}". Build it again.`
    }
    const files = Object.keys(manifest.integrity).map((file) => [file, approved?.files.get(below(file)) ?? ''] as const)
    return {
      id,
      base: `/ui/plugins/${id}/${encodeURIComponent(version)}/`,
      directory: folder,
      manifest,
      ...(approved ? { approved: new Map(files) } : {}),
    }
  } catch (error) {
    return `its UI manifest ${path} cannot be read: ${error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message}`
  }
}
