/** One line of what a run said or heard: when, at which node, what. */
export interface HistoryLine {
  readonly at: string
  readonly node: string
  readonly text: string
}

const maxText = 200
const maxLength = 4000

const newline = '\n'

/** Appended as text, without reading what is there: a turn must not pay for its past. */
export const appendHistory = (history: string, { at, node, text }: HistoryLine): string => {
  const line = JSON.stringify([at, node, text.length > maxText ? `${text.slice(0, maxText)}…` : text])
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
          const [at, node, text] = JSON.parse(line) as [string, string, string]
          return { at, node, text }
        })
