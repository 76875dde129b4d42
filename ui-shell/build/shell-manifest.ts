import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin } from 'vite'

/** Leaves `shell-manifest.json` beside the files: what the host needs to render the page with its import map and hashes. */
export function shellManifest({ entry, shared }: { entry: string; shared: Readonly<Record<string, string>> }): Plugin {
  return {
    name: 'parley:shell-manifest',
    apply: 'build',
    async writeBundle(options, bundle) {
      const directory = options.dir ?? ''
      const files = Object.values(bundle)
      const fileOf = (name: string): string => {
        const found = files.find((file) => file.type === 'chunk' && file.isEntry && file.name === name)
        if (!found) throw new Error(`The shell has no entry "${name}".`)
        return found.fileName
      }
      const hashed = files.map((file) => file.fileName).filter((name) => /\.(js|css)$/.test(name))
      const integrity = await Promise.all(
        hashed.map(async (name) => {
          const content = await readFile(join(directory, name))
          return [name, `sha384-${createHash('sha384').update(content).digest('base64')}`] as const
        }),
      )
      const manifest = {
        entry: fileOf(entry),
        styles: hashed.filter((name) => name.endsWith('.css')),
        imports: Object.fromEntries(Object.entries(shared).map(([name, specifier]) => [specifier, fileOf(name)])),
        integrity: Object.fromEntries(integrity.sort(([one], [other]) => (one < other ? -1 : 1))),
      }
      await writeFile(join(directory, 'shell-manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
    },
  }
}
