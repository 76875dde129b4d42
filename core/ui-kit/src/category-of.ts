/** One of the eight categorical colours, always the same for the same id or name. @example categoryOf(user.id) */
export function categoryOf(seed: string): number {
  let hash = 0
  for (let index = 0; index < seed.length; index++) hash = (Math.imul(hash, 31) + seed.charCodeAt(index)) | 0
  return (Math.abs(hash) % 8) + 1
}
