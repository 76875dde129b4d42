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

/** What makes the stored history the present one: so many characters less at its beginning, and more at its end. */
export interface HistoryChange {
  readonly dropped: number
  readonly added: string
}

/** The history of a session, appended as text, without reading what is there: a turn must not pay for its past. */
export class RunHistory {
  #stored: string
  #added = ''
  #text: string

  constructor(stored: string) {
    this.#stored = stored
    this.#text = stored
  }

  get text(): string {
    return this.#text
  }

  append({ at, node, text }: NewLine): void {
    const line = JSON.stringify([at.getTime(), node, text.length > maxText ? `${text.slice(0, maxText)}…` : text])
    const added = this.#text === '' ? line : newline + line
    const longer = this.#text + added
    this.#added += added
    this.#text = longer.length <= maxLength ? longer : longer.slice(longer.indexOf(newline, longer.length - maxLength) + 1)
  }

  /** Most of a history is stored already, and is not sent again. */
  get change(): HistoryChange {
    const kept = this.#text.length - this.#added.length
    const dropped = this.#stored.slice(0, this.#stored.length - Math.max(kept, 0))
    // characters as PostgreSQL counts them
    return { dropped: [...dropped].length, added: kept < 0 ? this.#text : this.#added }
  }

  /** It is stored as it is now. */
  written(): void {
    this.#stored = this.#text
    this.#added = ''
  }
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
