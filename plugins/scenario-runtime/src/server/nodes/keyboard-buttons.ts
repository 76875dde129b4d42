import type { Button } from '@parley/plugin-conversations/api'
import { z } from 'zod'
import type { RuntimeStep } from '../run/runtime-step.ts'
import { formatValue } from '../templates/format-value.ts'

export const keyboardButton = z.object({
  id: z.string().min(1).max(200).optional().meta({ title: 'Output', description: 'Without it the value, else the text, names the output.' }),
  text: z.string().min(1).max(1000).meta({ title: 'Text' }),
  action: z.enum(['reply', 'url', 'contact', 'location']).default('reply').meta({ title: 'Does' }),
  value: z.string().max(1024).optional().meta({ title: 'Value', description: 'What comes back when it is pressed.' }),
  url: z.string().max(2048).optional().meta({ title: 'Address' }),
})
export type KeyboardButton = z.output<typeof keyboardButton>

export const outputOf = (button: KeyboardButton): string => button.id ?? button.value ?? button.text

const maxText = 256
const maxValue = 1024

/** A button as it is sent now, with the output it leads to; buttons out of a list also carry their row. */
export interface ShownButton {
  readonly button: Button
  readonly output: string
  readonly item?: unknown
}

const own = (item: unknown, key: string): unknown =>
  typeof item === 'object' && item !== null && Object.hasOwn(item, key) ? (item as Record<string, unknown>)[key] : undefined

const showButton = (step: RuntimeStep, button: KeyboardButton): ShownButton => {
  const text = step.text(button.text).trim().slice(0, maxText) || '…'
  const value = step.text(button.value ?? button.id ?? button.text).slice(0, maxValue)
  const address = button.action === 'url' ? { url: step.text(button.url ?? '', 'url') } : {}
  return { button: { text, action: button.action, ...(button.action === 'reply' ? { value } : {}), ...address }, output: outputOf(button) }
}

/** Rows `{ text, value }` of a constant, as `list_obj` of a request makes them. */
const showListed = (item: unknown, output: string): ShownButton | undefined => {
  const text = formatValue(own(item, 'text') ?? (typeof item === 'object' ? undefined : item))
    .trim()
    .slice(0, maxText)
  if (text === '') return undefined
  const url = formatValue(own(item, 'url'))
  if (url !== '') return { button: { text, action: 'url', url: url.slice(0, 2048) }, output, item }
  return { button: { text, action: 'reply', value: formatValue(own(item, 'value') ?? text).slice(0, maxValue) }, output, item }
}

export interface KeyboardRows {
  readonly buttons: readonly (KeyboardButton | readonly KeyboardButton[])[]
  readonly list?: string | undefined
}

export const listOutput = 'selected'
const maxListed = 100

/** What the client sees: buttons given one by one make a row each. */
export const showRows = (step: RuntimeStep, { buttons, list }: KeyboardRows): ShownButton[][] => {
  const rows = buttons.map((row) => (Array.isArray(row) ? row : [row as KeyboardButton]).map((button) => showButton(step, button)))
  const items = list === undefined ? [] : step.lookup(list)
  const listed = (Array.isArray(items) ? items : []).slice(0, maxListed).flatMap((item: unknown) => showListed(item, listOutput) ?? [])
  return [...listed.map((button) => [button]), ...rows]
}

const normal = (text: string): string => text.trim().replaceAll(/\s+/g, ' ').toLowerCase()

/** The button a client's message stands for: pressed, or typed as its text or its number. */
export const chosen = (
  rows: readonly (readonly ShownButton[])[],
  content: { kind: string; text: string; value?: unknown },
): ShownButton | undefined => {
  const all = rows.flat()
  const byAction = (action: Button['action']): ShownButton | undefined => all.find(({ button }) => button.action === action)
  if (content.kind === 'contact' || content.kind === 'location') return byAction(content.kind)
  const replies = all.filter(({ button }) => button.action === 'reply')
  if (content.kind === 'press') {
    const pressed = replies.find(({ button }) => button.value === content.value)
    if (pressed !== undefined) return pressed
  }
  const typed = normal(content.text)
  if (typed === '') return undefined
  const found = replies.find(({ button }) => normal(button.text) === typed)
  if (found !== undefined || !/^\d{1,3}\.?$/.test(typed)) return found
  // a channel without buttons shows them as a numbered list
  const numbered = all[Number.parseInt(typed, 10) - 1]
  return numbered?.button.action === 'reply' ? numbered : undefined
}
