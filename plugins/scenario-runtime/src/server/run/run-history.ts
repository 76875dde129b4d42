/** One line of what a run said or heard: when, at which node, what. */
export interface HistoryLine {
  readonly at: string
  readonly node: string
  readonly text: string
}

type NewLine = Omit<HistoryLine, 'at'> & { readonly at: Date }

const maxText = 160
// the whole history is written at every turn
const maxLength = 1500

const newline = '\n'

/** Appended as text, without reading what is there: a turn must not pay for its past. */
export const appendHistory = (history: string, { at, node, text }: NewLine): string => {
  const line = JSON.stringify([at.getTime(), node, text.length > maxText ? `${text.slice(0, maxText)}…` : text])
  const longer = history === '' ? line : history + newline + line
  return longer.length <= maxLength ? longer : longer.slice(longer.indexOf(newline, longer.length - maxLength) + 1)
}

export const readHistory = (history: string, count: number): HistoryLine[] =>
  count <= 0 || history === ''
    ? []
    : history
        .split(newline)
        .slice(-count)
        .map((line) => {
          const [at, node, text] = JSON.parse(line) as [number, string, string]
          return { at: new Date(at).toISOString(), node, text }
        })
