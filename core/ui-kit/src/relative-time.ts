const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Short distance for lists: `now`, `5m`, `3h`, `Tue`, `12 Mar`, `12 Mar 2024`. @example relativeTime(Date.parse(request.lastAt), Date.now(), 'uk') */
export function relativeTime(at: number, now: number, locale: string): string {
  const passed = now - at
  if (passed < minute && passed > -minute) return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(0, 'second')
  const unit = (value: number, name: string): string =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: locale.startsWith('uk') ? 'short' : 'narrow' }).format(value)
  if (passed > 0 && passed < hour) return unit(Math.floor(passed / minute), 'minute')
  if (passed > 0 && passed < day) return unit(Math.floor(passed / hour), 'hour')
  const date = new Date(at)
  if (passed > 0 && passed < 6 * day) return new Intl.DateTimeFormat(locale, { weekday: 'short' }).format(date)
  const sameYear = date.getFullYear() === new Date(now).getFullYear()
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) }).format(date)
}

/** The full moment with its zone, for hovering. */
export const absoluteTime = (at: number, locale: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long' }).format(new Date(at))
