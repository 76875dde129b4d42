const root = 'package/'
const longestName = 200
const deepest = 20

/** The path below `package/`, or what is wrong with it. Whatever any file system would read as leading elsewhere is wrong. */
function pathInPackage(path: string): { readonly path: string } | { readonly problem: string } {
  if (/[\p{Cc}\\:]/u.test(path)) return { problem: 'has a character in its name that no file of a plugin needs' }
  if (path.startsWith('/')) return { problem: 'has an absolute path' }
  const segments = path.replace(/\/$/, '').split('/')
  if (segments.some((segment) => segment === '..' || segment === '.' || segment === '')) return { problem: 'leads out of its folder' }
  if (segments.some((segment) => /[. ]$/.test(segment))) return { problem: 'has a name that ends with a dot or a space' }
  if (!`${path}/`.startsWith(root)) return { problem: 'is not below "package/", where npm pack puts everything' }
  if (segments.length > deepest || segments.some((segment) => segment.length > longestName)) return { problem: 'has a name that is too long' }
  if (segments.includes('node_modules')) return { problem: 'is an installed package. Bundle what the plugin needs: parley-plugin pack' }
  return { path: segments.slice(1).join('/') }
}

/** Looks at the entries of one archive, one after the other; links and devices, doubles and paths that lead elsewhere are problems. */
export class EntryCheck {
  readonly #limit: number
  /** By the name that all file systems would take for the same. */
  readonly #seen = new Map<string, 'file' | 'folder'>()
  #problem: string | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  /** The path of a file to keep; `undefined` for a folder and for what is refused. */
  accept({ type, path: name }: { readonly type: string; readonly path: string }): string | undefined {
    const found = pathInPackage(name)
    const folder = type === 'Directory'
    if (!folder && type !== 'File' && type !== 'OldFile') return this.#refuse(`${quoted(name)} is no plain file but a ${type}`)
    if ('problem' in found) return this.#refuse(`${quoted(name)} ${found.problem}`)
    if (this.#seen.size >= this.#limit) return this.#refuse(`it has more than ${this.#limit} files`)
    const parts = found.path.normalize('NFC').toLowerCase().split('/')
    const key = parts.join('/')
    const known = this.#seen.get(key)
    if (known !== undefined && !(folder && known === 'folder')) return this.#refuse(`${quoted(name)} is in it twice`)
    for (let depth = 1; depth < parts.length; depth += 1) {
      const above = parts.slice(0, depth).join('/')
      if (this.#seen.get(above) === 'file') return this.#refuse(`${quoted(name)} is below a file`)
      this.#seen.set(above, 'folder')
    }
    this.#seen.set(key, folder ? 'folder' : 'file')
    return folder ? undefined : found.path
  }

  /** The first thing that was wrong. */
  problem(): string | undefined {
    return this.#problem
  }

  #refuse(problem: string): undefined {
    this.#problem ??= problem
    return undefined
  }
}

const quoted = (name: string): string => JSON.stringify(name.slice(0, longestName))
