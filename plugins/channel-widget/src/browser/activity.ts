/** What somebody at the other end is doing now. */
export interface Doing {
  readonly kind: 'typing' | 'thinking'
  /** Who types, or what the agent says it does; may be empty. */
  readonly text: string
}

/** Both are repeated every few seconds for as long as they are true: a sign that stops coming has ended, whatever became of its sender. */
const shownFor = { typing: 6000, thinking: 12_000 }

/** The sign that somebody types or that an agent works. */
export class Activity {
  readonly #changed: () => void
  #timer: ReturnType<typeof setTimeout> | undefined
  now: Doing | undefined

  constructor(changed: () => void) {
    this.#changed = changed
  }

  show(doing: Doing): void {
    clearTimeout(this.#timer)
    this.now = doing
    this.#timer = setTimeout(() => this.end(), shownFor[doing.kind])
    this.#changed()
  }

  end(): void {
    clearTimeout(this.#timer)
    if (this.now === undefined) return
    this.now = undefined
    this.#changed()
  }
}
