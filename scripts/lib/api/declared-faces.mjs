import { existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { declareTypes } from '../declare-types.mjs'

const filesBelow = (folder) =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesBelow(path) : [path]
  })

/** What a component takes and gives is told from its source; of these declarations only its types are used. */
const withoutComponent = (text) => text.replace(/declare const _default: [^;]*;/, `declare const _default: import('vue').Component;`)

/** Declarations of all faces, in a folder that looks like the repository. */
export const declareFaces = async (faces, { base, folder }) => {
  rmSync(folder, { recursive: true, force: true })
  await declareTypes(
    faces.flatMap(({ entries }) => entries.map(({ source }) => join(base, source))),
    folder,
    base,
  )
  for (const path of filesBelow(folder)) if (path.endsWith('.vue.d.ts')) writeFileSync(path, withoutComponent(readFileSync(path, 'utf8')))
  for (const { folder: own } of faces) {
    const installed = join(base, own, 'node_modules')
    if (existsSync(installed)) symlinkSync(installed, join(folder, own, 'node_modules'))
  }
}

export const declarationOf = (source) => source.replace(/\.ts$/, '.d.ts')
