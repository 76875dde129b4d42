import { shallowRef, type ShallowRef } from 'vue'

/** A question before something happens; see `useConfirm()`. */
export interface ConfirmOptions {
  readonly title: string
  /** What will happen and what cannot be brought back. */
  readonly message?: string
  readonly confirmLabel?: string
  readonly cancelLabel?: string
  readonly danger?: boolean
  /** For what cannot be undone: the person types this name first. */
  readonly nameToType?: string
}

export interface Confirmations {
  readonly current: Readonly<ShallowRef<ConfirmOptions | undefined>>
  ask(options: ConfirmOptions): Promise<boolean>
  answer(yes: boolean): void
}

/** @internal */
export function createConfirmations(): Confirmations {
  const current = shallowRef<ConfirmOptions>()
  let resolve: ((yes: boolean) => void) | undefined
  const answer = (yes: boolean): void => {
    const settle = resolve
    resolve = undefined
    current.value = undefined
    settle?.(yes)
  }
  return {
    current,
    answer,
    ask(options) {
      answer(false)
      current.value = options
      return new Promise((done) => (resolve = done))
    },
  }
}
