export interface Device {
  readonly browser: string | undefined
  readonly system: string | undefined
  readonly phone: boolean
}

// in this order: most browsers also name those they descend from
const browsers = [
  ['Edge', /\bEdg/],
  ['Opera', /\bOPR\//],
  ['Firefox', /\bFirefox\/|\bFxiOS\//],
  ['Chrome', /Chrome\/|\bCriOS\//],
  ['Safari', /\bSafari\//],
] as const
const systems = [
  ['Android', /\bAndroid\b/],
  ['iOS', /\b(iPhone|iPad|iPod)\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
] as const

/** What people recognise a sign-in by; a program that is no browser shows its own name. */
export function deviceOf(userAgent: string): Device {
  const found = (list: readonly (readonly [string, RegExp])[]): string | undefined => list.find(([, pattern]) => pattern.test(userAgent))?.[0]
  const program = /^[\w.-]+/.exec(userAgent)?.[0]
  return {
    browser: found(browsers) ?? (program === 'Mozilla' ? undefined : program),
    system: found(systems),
    phone: /\b(Mobile|iPhone|Android)\b/.test(userAgent),
  }
}
