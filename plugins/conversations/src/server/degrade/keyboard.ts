import type { Button, ChannelCapabilities, MessageContent } from '../../api/index.ts'
import { shortKeyOf } from '../delivery/button-values.ts'
import { shorten } from './split-text.ts'

export type KeyboardContent = Extract<MessageContent, { kind: 'keyboard' }>
type KeyboardRules = NonNullable<ChannelCapabilities['keyboard']>

export interface FittedKeyboard {
  /** Undefined when the channel cannot show these buttons; then `lines` names them all. */
  readonly buttons: Button[][] | undefined
  readonly placement: KeyboardContent['placement']
  /** What the text has to say because no button does. */
  readonly lines: readonly string[]
  /** Short key -> value that is too long for the channel. */
  readonly values: ReadonlyMap<string, string>
  /** What each number of the list stands for; empty unless `lines` is one. */
  readonly choices: readonly (Choice | undefined)[]
}

/** A button that is chosen by its number. */
export interface Choice {
  readonly text: string
  readonly value: string
}

const bytes = (text: string): number => Buffer.byteLength(text)

const withAddress = ({ text, url }: Button): string => (url === undefined || text === url ? text : `${text}: ${url}`)

const numbered = (buttons: readonly Button[]): Pick<FittedKeyboard, 'buttons' | 'lines' | 'choices'> => ({
  buttons: undefined,
  lines: buttons.map((one, index) => `${index + 1}. ${withAddress(one)}`),
  choices: buttons.map(({ action, text, value }) => (action === 'reply' ? { text, value: value ?? text } : undefined)),
})

/** Buttons as a channel takes them: its rows and columns, its lengths, its kinds of action. */
export const fitKeyboard = ({ buttons, placement }: KeyboardContent, rules: KeyboardRules | undefined): FittedKeyboard => {
  const all = buttons.flat()
  const none = { placement, values: new Map<string, string>() }
  if (rules === undefined || rules.placements.length === 0) return { ...none, ...numbered(all) }
  const shown = rules.placements.includes(placement) ? placement : rules.placements[0]!
  const lines: string[] = []
  const values = new Map<string, string>()
  const fit = (one: Button): Button[] => {
    if (one.action === 'url' && !rules.actions.includes('url')) lines.push(withAddress(one))
    if (!rules.actions.includes(one.action)) return []
    const text = shorten(one.text, rules.textLimit)
    if (one.action !== 'reply') return [{ ...one, text }]
    const value = one.value ?? one.text
    if (bytes(value) <= rules.valueLimit) return [{ ...one, text, value }]
    const key = shortKeyOf(value)
    values.set(key, value)
    return [{ ...one, text, value: key }]
  }
  const rows = arrange(
    buttons.map((row) => row.flatMap(fit)).filter((row) => row.length > 0),
    rules,
  )
  if (rows === undefined) return { ...none, ...numbered(all) }
  return { placement: shown, lines, values, choices: [], buttons: rows.length === 0 ? undefined : rows }
}

/** The rows as they are, else filled up from the start; undefined when there are more buttons than room. */
const arrange = (rows: readonly Button[][], { maxRows, maxColumns }: KeyboardRules): Button[][] | undefined => {
  const narrow = rows.flatMap((row) => chunks(row, maxColumns))
  if (narrow.length <= maxRows) return narrow
  const filled = chunks(rows.flat(), maxColumns)
  return filled.length <= maxRows ? filled : undefined
}

const chunks = <T>(items: readonly T[], size: number): T[][] => {
  const found: T[][] = []
  for (let at = 0; at < items.length; at += size) found.push(items.slice(at, at + size))
  return found
}
