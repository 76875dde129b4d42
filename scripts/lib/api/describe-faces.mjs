import { createComponentReader } from './component-reader.mjs'
import { declareFaces } from './declared-faces.mjs'
import { extractSignatures } from './extract-signatures.mjs'
import { createFaceReader } from './face-reader.mjs'

/** Everything that is known of the faces: signatures, exports with comments and values, components with what they take and give. */
export const describeFaces = async (faces, { base, declarations }) => {
  await declareFaces(faces, { base, folder: declarations })
  const reader = createFaceReader({ base, declarations, faces })
  const read = faces.map(({ entries, ...face }) => ({ ...face, entries: entries.map((entry) => ({ ...entry, exports: reader.exportsOf(entry) })) }))
  const all = read.flatMap(({ entries }) => entries.flatMap(({ exports }) => exports))
  const components = createComponentReader({ base, files: all.filter(({ component }) => component).map(({ file }) => file) })
  return read.map(({ entries, folder, ...face }) => ({
    ...face,
    folder,
    entries: entries.map((entry) => ({
      ...entry,
      signatures: extractSignatures({ base, declarations, faces, folder, source: entry.source }),
      exports: entry.exports.map((one) => (one.component ? { ...one, described: components.read(one.file) } : one)),
    })),
  }))
}

/** Exports that say nothing of themselves. */
export const undocumented = (faces) =>
  faces.flatMap(({ entries }) => {
    const all = entries.flatMap(({ exports }) => exports)
    const told = new Set(['its title', ...all.filter(({ comment }) => comment !== undefined).map(({ name }) => name)])
    return all
      .filter((one) => (one.component ? one.described.description === undefined : one.comment === undefined && !told.has(one.toldBy)))
      .map(({ file, name }) => `${file}: "${name}" has no doc comment. Say in one sentence above it what it is for.`)
  })
