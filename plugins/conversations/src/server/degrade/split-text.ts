// Where a text may be cut, best first: between paragraphs, lines, sentences, words.
const bounds = [/\n{2,}/g, /\n/g, /[.!?…]["'»”)]*\s/g, /\s/g]

/** A piece shorter than this part of the limit is not worth the nicer cut. */
const leastShare = 0.3

const lastBound = (window: string, limit: number): number | undefined => {
  for (const bound of bounds) {
    let found: number | undefined
    for (const match of window.matchAll(bound)) {
      const end = match.index + match[0].length
      // spaces at the cut are dropped, so only what precedes them must fit
      if (window.slice(0, end).trimEnd().length <= limit) found = end
    }
    if (found !== undefined && found >= limit * leastShare) return found
  }
  return undefined
}

/** Never between the halves of a character, nor before what belongs to the one before it (accents, joined emoji). */
const hardCut = (text: string, limit: number): number => {
  let end = 0
  for (const { index, segment } of new Intl.Segmenter().segment(text.slice(0, limit * 2))) {
    if (index + segment.length > limit) break
    end = index + segment.length
  }
  if (end > 0) return end
  // one joined character is longer than the limit: at least its code points stay whole
  const high = text.charCodeAt(limit - 1)
  return high >= 0xd800 && high <= 0xdbff && limit > 1 ? limit - 1 : limit
}

/** Positions at which a text is cut into pieces of at most `limit` UTF-16 units, `first` for the first one. */
export const cuts = (text: string, limit: number, first = limit): number[] => {
  const ends: number[] = []
  // else the first piece could be spaces only, and the next one would not fit where the first has to
  let start = text.length - text.trimStart().length
  for (let room = first; text.length - start > 0; room = limit) {
    const rest = text.slice(start)
    if (rest.trimEnd().length <= room) {
      ends.push(text.length)
      break
    }
    start += lastBound(rest.slice(0, room + 1), room) ?? hardCut(rest, room)
    ends.push(start)
  }
  return ends
}

/** Pieces of at most `limit` characters that together say the same; none is empty. */
export const splitText = (text: string, limit: number, first = limit): string[] => {
  let start = 0
  return cuts(text, limit, first).flatMap((end) => {
    const piece = text.slice(start, end).trim()
    start = end
    return piece === '' ? [] : [piece]
  })
}

/** A text cut to a length, with an ellipsis when something is missing. */
export const shorten = (text: string, limit: number): string =>
  text.length <= limit ? text : `${text.slice(0, hardCut(text, limit - 1)).trimEnd()}…`
