/** A text's hash of 32 bits, the same in every process: FNV-1a (draft-eastlake-fnv) over its UTF-16 units. Low bits are the better ones. */
export const fnv1a = (text: string): number => {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash
}
