import type { ByteRange } from './disk.ts'

/**
 * What a `Range` header asks of a file: a range, `whole` when it asks for nothing we serve in parts (several ranges, other units), or
 * `impossible` when the file has no such bytes.
 */
export const parseRange = (header: string | undefined, size: number): ByteRange | 'whole' | 'impossible' => {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (match === null) return 'whole'
  const [, first = '', last = ''] = match
  if (first === '') {
    if (last === '') return 'whole'
    const length = Math.min(Number(last), size)
    return length === 0 ? 'impossible' : { start: size - length, end: size - 1 }
  }
  const start = Number(first)
  if (start >= size) return 'impossible'
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  return end < start ? 'whole' : { start, end }
}
