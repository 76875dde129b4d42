import { reactive } from 'vue'

/** What kind of news a toast is; `danger` stays until it is closed. */
export type ToastTone = 'neutral' | 'positive' | 'warning' | 'danger'

/** News that interrupts nobody; see `useToast()`. */
export interface ToastOptions {
  readonly title: string
  readonly text?: string
  readonly tone?: ToastTone
  /** One thing to do, such as opening what was made. */
  readonly action?: { readonly label: string; run(): void }
  /** Shows “Undo” instead of asking beforehand. */
  readonly undo?: () => void | Promise<void>
  /** Milliseconds; 0 keeps it until it is closed. Default 5,000, with `undo` 8,000, for `danger` 0. */
  readonly duration?: number
}

/** A toast that is on the screen. */
export interface Toast extends ToastOptions {
  readonly id: number
}

export interface Toasts {
  readonly list: readonly Toast[]
  show(toast: ToastOptions): number
  dismiss(id: number): void
  /** Time stands still while the pointer or the focus is on the toasts. */
  hold(held: boolean): void
}

/** At most this many are on the screen; older ones give way. */
const most = 4

/** @internal */
export function createToasts(): Toasts {
  const list = reactive<Toast[]>([])
  const timers = new Map<number, { left: number; since: number; timer: ReturnType<typeof setTimeout> | undefined }>()
  let next = 1
  const dismiss = (id: number): void => {
    clearTimeout(timers.get(id)?.timer)
    timers.delete(id)
    const index = list.findIndex((toast) => toast.id === id)
    if (index >= 0) list.splice(index, 1)
  }
  const run = (id: number, left: number): void => {
    timers.set(id, { left, since: Date.now(), timer: setTimeout(() => dismiss(id), left) })
  }
  return {
    list,
    dismiss,
    show(toast) {
      const id = next++
      list.push({ ...toast, id })
      while (list.length > most) dismiss(list[0]?.id ?? id)
      const duration = toast.duration ?? (toast.undo ? 8_000 : toast.tone === 'danger' ? 0 : 5_000)
      if (duration > 0) run(id, duration)
      return id
    },
    hold(held) {
      for (const [id, entry] of [...timers]) {
        clearTimeout(entry.timer)
        if (held) timers.set(id, { left: Math.max(1_000, entry.left - (Date.now() - entry.since)), since: Date.now(), timer: undefined })
        else run(id, entry.left)
      }
    },
  }
}
