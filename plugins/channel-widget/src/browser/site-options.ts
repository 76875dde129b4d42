export type Report = (text: string) => void

export interface Colors {
  readonly bg?: string
  readonly text?: string
}

export type Params = Record<string, string | number | boolean | null>

/** What `kw('init', …)` asks for, as far as it can be had. */
export interface SiteOptions {
  readonly bot?: string | number
  readonly userId?: string
  readonly userHash?: string
  readonly language?: string
  readonly params?: Params
  readonly color?: Colors
  readonly openOnMessage?: boolean
  readonly theme?: 'light' | 'dark'
  readonly place?: Element
}

type Values = Readonly<Record<string, unknown>>

/** The server takes no more; a message with more of them would be refused whole. */
const mostParams = 50
const longestName = 64
const longestText = 2048

const isValues = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads the options of a site. What cannot be had is left out and reported, so that nothing a site asks for is ignored in silence. */
export const readOptions = (given: unknown, report: Report): SiteOptions => {
  if (given !== undefined && !isValues(given)) report(`kw('init'): the options must be an object, such as { bot_id: 1 }.`)
  const values = isValues(given) ? given : {}
  for (const name of Object.keys(values)) if (!(name in readers)) report(`kw('init'): "${name}" is not an option. Known are ${knownOptions}.`)
  const options: SiteOptions = Object.assign(
    {},
    ...Object.entries(readers).map(([name, read]) => (values[name] === undefined ? {} : read(values[name], (text) => report(`kw('init'): ${text}`)))),
  )
  if (options.userHash !== undefined && options.userId === undefined) report(`kw('init'): "user_hash" does nothing without "user_id".`)
  return options
}

const textOr = (name: string, also: 'number' | undefined, value: unknown, report: Report): string | undefined => {
  if (typeof value === 'string' || typeof value === also) return String(value)
  return void report(`"${name}" must be a text and is left out.`)
}

const readers: Readonly<Record<string, (value: unknown, report: Report) => SiteOptions>> = {
  bot_id: (value, report) => {
    if (typeof value === 'number' || typeof value === 'string') return { bot: value }
    report('"bot_id" must be the number of a bot; bot 1 is taken.')
    return {}
  },
  user_id: (value, report) => given('userId', textOr('user_id', 'number', value, report)),
  user_hash: (value, report) => given('userHash', textOr('user_hash', undefined, value, report)),
  language_code: (value, report) => {
    const language = textOr('language_code', undefined, value, report)
    if (language !== undefined && !/^(en|uk)\b/i.test(language)) {
      report(`the widget's own words are English, because "${language}" has none; the scenario learns the language.`)
    }
    return given('language', language)
  },
  params_from_site: (value, report) => ({ params: readParams(value, report) }),
  color: (value, report) => ({ color: typeof value === 'string' ? readColors({ header: { bg: value } }, report) : readColors(value, report) }),
  open_on_msg: (value) => ({ openOnMessage: value === true || value === 1 }),
  theme: (value, report) => {
    if (value === 'light' || value === 'dark') return { theme: value }
    report('"theme" must be "light" or "dark"; the visitor\'s is taken.')
    return {}
  },
  place: (value, report) => {
    const place = typeof value === 'string' ? find(value) : value
    if (place instanceof Element) return { place }
    report(`"place" leads to no element of the page (${String(value)}), so the chat is a button at its edge.`)
    return {}
  },
  recognize_user_meta: (value, report) => {
    if (value !== false) report('"recognize_user_meta" has no effect yet: operators do not see the address, city and country of visitors.')
    return {}
  },
}

const knownOptions = Object.keys(readers).join(', ')

const given = <K extends keyof SiteOptions>(name: K, value: SiteOptions[K] | undefined): SiteOptions =>
  value === undefined ? {} : ({ [name]: value } as SiteOptions)

const find = (selector: string): Element | null => {
  try {
    return document.querySelector(selector)
  } catch {
    // Not a selector at all.
    return null
  }
}

/** Values of the site for the scenario; one that the server would refuse is left out, so that the visitor's messages are not refused with it. */
export const readParams = (value: unknown, report: Report): Params => {
  if (!isValues(value)) {
    report('"params_from_site" must be an object, such as { plan: "gold" }.')
    return {}
  }
  const params: Params = {}
  for (const [name, each] of Object.entries(value)) {
    if (each === undefined) continue
    const problem = Object.keys(params).length < mostParams ? problemOf(name, each) : `more than ${mostParams} values are too many`
    if (problem === undefined) params[name] = each as Params[string]
    else report(`"${name}" of params_from_site is left out: ${problem}.`)
  }
  return params
}

const problemOf = (name: string, value: unknown): string | undefined => {
  if (name.length > longestName) return `its name is longer than ${longestName} characters`
  if (typeof value === 'string') return value.length > longestText ? `it is longer than ${longestText} characters` : undefined
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'it is not a number'
  if (typeof value === 'boolean' || value === null) return undefined
  return 'it must be a text, a number, true, false or null'
}

/** Of a scheme of colours, those that are in effect. */
export const readColors = (value: unknown, report: Report): Colors => {
  if (!isValues(value) || (value['header'] !== undefined && !isValues(value['header']))) {
    report('colours must look like { header: { bg: "#4650d6", text: "#ffffff" } }.')
    return {}
  }
  const header = (value['header'] ?? {}) as Values
  for (const group of Object.keys(value))
    if (group !== 'header') report(`the colours of "${group}" have no effect; those of "header" colour the whole widget.`)
  const colors: { bg?: string; text?: string } = {}
  for (const [name, color] of Object.entries(header)) {
    if (name !== 'bg' && name !== 'text') report(`the colour "header.${name}" has no effect. Known are header.bg and header.text.`)
    else if (typeof color !== 'string' || !CSS.supports('color', color)) report(`"${String(color)}" is not a colour, so header.${name} stays.`)
    else colors[name] = color
  }
  return colors
}
