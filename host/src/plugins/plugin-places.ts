import { realpathSync } from 'node:fs'
import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the files of a plugin are, as the engine names them. */
export interface PluginPlace {
  readonly id: string
  /** Ends with a separator. */
  readonly folder: string
}

export const pluginPlaces = (found: readonly { readonly id: string; readonly directory: string | undefined }[]): readonly PluginPlace[] =>
  found.flatMap(({ id, directory }) => (directory === undefined ? [] : [{ id, folder: real(directory) + sep }]))

/** Whose a file is, by a path or a `file:` address; the nearest folder decides. */
export function pluginOfFile(address: string, places: readonly PluginPlace[]): string | undefined {
  const file = pathOf(address)
  const [nearest] = places.filter(({ folder }) => file.startsWith(folder)).sort((one, other) => other.folder.length - one.folder.length)
  return nearest?.id
}

/** Code may call itself what it likes, also what is no file here. */
function pathOf(address: string): string {
  try {
    return address.startsWith('file:') ? fileURLToPath(address) : address
  } catch {
    return ''
  }
}

/** Packages of a workspace are links, and stacks name what they lead to. */
function real(directory: string): string {
  try {
    return realpathSync(directory)
  } catch {
    return directory
  }
}
