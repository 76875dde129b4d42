import { z } from 'zod'
import type { ScenarioNode, StepContext, StepResult } from '../../api/index.ts'
import { runtimeStep, type RuntimeStep } from '../run/runtime-step.ts'
import { waitTimeout } from './answer.ts'
import { chosen, keyboardButton, listOutput, outputOf, showRows, type KeyboardButton } from './keyboard-buttons.ts'
import { textFormat } from './message.node.ts'

const parameters = z.object({
  text: z.string().min(1).max(32_768).meta({ title: 'Text', format: 'multiline' }),
  format: textFormat,
  placement: z
    .enum(['inline', 'reply'])
    .default('inline')
    .meta({ title: 'Place', description: '"inline": under the message. "reply": in place of the keyboard.' }),
  buttons: z
    .array(z.union([keyboardButton, z.array(keyboardButton).min(1).max(8)]))
    .max(100)
    .default([])
    .meta({ title: 'Buttons' }),
  list: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ title: 'Buttons from', description: 'A constant with rows {text, value}; all of them lead to the output "selected".' }),
  save_to: z.string().min(1).max(200).optional().meta({ title: 'Save to', description: 'The constant that keeps what was chosen.' }),
  retry_text: z
    .string()
    .max(32_768)
    .optional()
    .meta({ title: 'If nothing fits', description: 'Said with the buttons again while the output "else" leads nowhere.' }),
  timeout: waitTimeout,
})
export type KeyboardParameters = z.output<typeof parameters>

const elseOutput = 'else'
const timeoutOutput = 'timeout'

const answerable = ({ buttons, list }: KeyboardParameters): KeyboardButton[] | undefined => {
  const answering = buttons.flat().filter(({ action }) => action !== 'url')
  return answering.length === 0 && list === undefined ? undefined : answering
}

const show = (step: RuntimeStep, parameters: KeyboardParameters, text: string): StepResult => {
  const buttons = showRows(step, parameters).map((row) => row.map((shown) => shown.button))
  const { format, placement, timeout } = parameters
  const filled = step.text(text, format)
  step.reply(buttons.length === 0 ? { kind: 'text', text: filled, format } : { kind: 'keyboard', text: filled, format, placement, buttons })
  if (answerable(parameters) === undefined) return { output: 'default' }
  return { wait: { for: 'input', ...(timeout === undefined ? {} : { timeout: timeout * 1000 }) } }
}

const savedValue = (content: Readonly<Record<string, unknown>>, item: unknown, value: string | undefined): unknown => {
  if (content['kind'] === 'contact') return content['phone']
  if (content['kind'] === 'location') return { latitude: content['latitude'], longitude: content['longitude'] }
  return item ?? value
}

/** Text with buttons; the answer decides the branch. */
export const keyboardNode: ScenarioNode<KeyboardParameters> = {
  type: 'MessageKeyboard',
  version: 1,
  title: 'Message with buttons',
  quick: true,
  category: 'messaging',
  parameters,
  outputs: (given) => {
    const answering = answerable(given)
    if (answering === undefined) return ['default']
    const list = given.list === undefined ? [] : [listOutput]
    return [...new Set([...list, ...answering.map(outputOf), elseOutput, ...(given.timeout === undefined ? [] : [timeoutOutput])])]
  },
  run: async (context, given) => show(runtimeStep(context), given, given.text),
  wake: async (context: StepContext, given, wake) => {
    const step = runtimeStep(context)
    if (wake.by === 'timeout') return { output: timeoutOutput }
    if (wake.by === 'resume') return { output: wake.outcome }
    const found = chosen(showRows(step, given), wake.content)
    if (found === undefined) {
      if (step.connected(elseOutput)) return { output: elseOutput }
      return show(step, given, given.retry_text ?? given.text)
    }
    if (given.save_to !== undefined) step.set(given.save_to, savedValue(wake.content, found.item, found.button.value))
    return { output: found.output }
  },
  check: ({ buttons, list }) => {
    const repeated = new Map<string, number>()
    for (const button of buttons.flat()) if (button.action !== 'url') repeated.set(outputOf(button), (repeated.get(outputOf(button)) ?? 0) + 1)
    const problems = [...repeated].flatMap(([output, times]) =>
      times > 1 ? [{ level: 'warning' as const, path: '/buttons', message: `${times} buttons lead to the output "${output}".` }] : [],
    )
    const addresses = buttons
      .flat()
      .flatMap((button) =>
        button.action === 'url' && !button.url
          ? [{ level: 'error' as const, path: '/buttons', message: `The button "${button.text}" opens an address and has none.` }]
          : [],
      )
    const none = buttons.length === 0 && list === undefined
    return [
      ...problems,
      ...addresses,
      ...(none ? [{ level: 'warning' as const, path: '/buttons', message: 'There are no buttons: this is a plain message.' }] : []),
    ]
  },
}
