const apple = (): boolean => /Mac|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? '')

const names: Readonly<Record<string, string>> = {
  escape: 'Esc',
  enter: '↵',
  arrowup: '↑',
  arrowdown: '↓',
  arrowleft: '←',
  arrowright: '→',
  space: 'Space',
  tab: 'Tab',
  backspace: '⌫',
}

/** @internal Strokes, each a list of key names, of a binding such as `mod+shift+k` or `g i`. */
export function keyParts(keys: string): string[][] {
  const mac = apple()
  const words: Readonly<Record<string, string>> = mac
    ? { mod: '⌘', alt: '⌥', shift: '⇧', ctrl: '⌃' }
    : { mod: 'Ctrl', alt: 'Alt', shift: 'Shift', ctrl: 'Ctrl' }
  return keys
    .split(' ')
    .map((stroke) =>
      stroke
        .split(/\+(?=.)/)
        .map((part) => words[part.toLowerCase()] ?? names[part.toLowerCase()] ?? (part.length === 1 ? part.toUpperCase() : part)),
    )
}
