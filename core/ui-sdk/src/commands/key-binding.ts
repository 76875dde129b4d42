/** The part of a keyboard event that decides. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

const isApple = (): boolean => /Mac|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? '')

/** Latin letters by the place of the key where the layout has none, so that `r` works on a Ukrainian keyboard. */
const keyName = ({ key, code }: KeyPress): string => {
  if (/^[\x21-\x7e]$/.test(key)) return key.toLowerCase()
  const letter = /^(?:Key|Digit)(\w)$/.exec(code)?.[1]
  if (letter) return letter.toLowerCase()
  return key === ' ' ? 'space' : key.toLowerCase()
}

/**
 * @internal A press in the form of bindings: `mod+shift+k`. Shift is left out where the layout needs it for the character itself (`?`).
 */
export function strokeOf(press: KeyPress, apple = isApple()): string {
  const name = keyName(press)
  const mod = apple ? press.metaKey : press.ctrlKey
  const other = apple ? press.ctrlKey : press.metaKey
  const shift = press.shiftKey && (name.length > 1 || /[a-z]/.test(name))
  return [mod && 'mod', other && 'ctrl', press.altKey && 'alt', shift && 'shift', name].filter(Boolean).join('+')
}

/** @internal */
export const normalizeBinding = (keys: string): string =>
  keys
    .trim()
    .split(/\s+/)
    .map((stroke) => {
      const parts = stroke.toLowerCase().split(/\+(?=.)/)
      const order = ['mod', 'ctrl', 'alt', 'shift']
      return [...order.filter((name) => parts.includes(name)), ...parts.filter((part) => !order.includes(part))].join('+')
    })
    .join(' ')

/** @internal Whether the press belongs to a field one types in. */
export function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null
  if (!element || !('tagName' in element)) return false
  if (element.isContentEditable || element.tagName === 'TEXTAREA' || element.tagName === 'SELECT') return true
  return element.tagName === 'INPUT' && !/^(button|checkbox|radio|range|submit|reset|file|color)$/.test((element as HTMLInputElement).type)
}
