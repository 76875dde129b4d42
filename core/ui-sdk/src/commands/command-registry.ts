import { computed, shallowReactive, type ComputedRef } from 'vue'
import { isTyping, normalizeBinding, strokeOf } from './key-binding.ts'

/** Something that can be done here, by the palette or by keys. */
export interface Command {
  /** `<plugin-id>.<name>`; keys are rebound by it. */
  readonly id: string
  readonly title: string
  /** Heading in the palette and in the list of keys, such as “Conversation”. */
  readonly scope?: string
  readonly icon?: string
  /** `mod+k`, `shift+e`, `?`, or strokes one after another: `g i`. `mod` is ⌘ on a Mac, Ctrl elsewhere. */
  readonly keys?: string
  readonly enabled?: boolean
  /** Also while a field has the focus; combinations with `mod` always work there. */
  readonly whileTyping?: boolean
  /** Bound and listed among the keys, but not offered in the palette. */
  readonly hidden?: boolean
  run(): void | Promise<void>
}

export interface CommandRegistry {
  readonly all: ComputedRef<readonly Command[]>
  /** The binding in force: the person's own, else the command's. */
  keysOf(command: Command): string | undefined
  add(source: () => readonly Command[]): () => void
  /** True when a command took the press. */
  handle(event: KeyboardEvent): boolean
}

/** Two strokes belong together when they are this close. */
const sequencePause = 1_000

/** @internal */
export function createCommandRegistry(
  parts: {
    readonly bindings?: () => Readonly<Record<string, string>>
    readonly failed?: (error: unknown) => void
    readonly modal?: () => boolean
    readonly now?: () => number
  } = {},
): CommandRegistry {
  const { bindings = (): Readonly<Record<string, string>> => ({}), failed = console.error, modal = () => false, now = Date.now } = parts
  const sources = shallowReactive(new Set<() => readonly Command[]>())
  const all = computed(() => {
    const byId = new Map<string, Command>()
    // the later one is nearer to the person: a panel's `reply` wins over the page's
    for (const source of sources) for (const command of source()) byId.set(command.id, command)
    return [...byId.values()].filter((command) => command.enabled !== false)
  })
  const keysOf = (command: Command): string | undefined => {
    const keys = bindings()[command.id] ?? command.keys
    return keys ? normalizeBinding(keys) : undefined
  }
  let before: { stroke: string; at: number } | undefined

  return {
    all,
    keysOf,
    add(source) {
      sources.add(source)
      return () => sources.delete(source)
    },
    handle(event) {
      if (event.defaultPrevented || event.isComposing || event.repeat || /^(Shift|Control|Alt|Meta|CapsLock)$/.test(event.key)) return false
      const stroke = strokeOf(event)
      const recent = before && now() - before.at < sequencePause ? `${before.stroke} ${stroke}` : undefined
      before = { stroke, at: now() }
      const typing = isTyping(event.target)
      const blocked = modal()
      const found = all.value.findLast((command) => {
        const keys = keysOf(command)
        if (keys === undefined || (keys !== stroke && keys !== recent)) return false
        return (!typing || command.whileTyping === true || keys.startsWith('mod+')) && (!blocked || command.whileTyping === true)
      })
      if (!found) return false
      before = undefined
      event.preventDefault()
      void Promise.resolve()
        .then(() => found.run())
        .catch(failed)
      return true
    },
  }
}
