import type { MessageContentInput } from '@parley/plugin-conversations/api'
import { expect } from 'vitest'
import type { ChannelBench } from '../channel-bench.ts'
import type { ShownButton, ShownMessage } from '../description.ts'
import type { ContractTests } from './contract-tests.ts'
import { isSent, plainOf, squeezed } from './expectations.ts'

type Buttons = Extract<MessageContentInput, { kind: 'keyboard' }>['buttons']

/** Buttons as the channel has them, or as a numbered list that can be answered. */
export const keyboardCases = (at: () => ChannelBench, { describe, test }: ContractTests): void => {
  const asks = async (buttons: Buttons, placement: 'inline' | 'reply' = 'inline') => {
    const bench = at()
    const { chatId, conversation } = await bench.talk()
    const [id] = await bench.send(conversation, { kind: 'keyboard', text: 'Where to?', buttons, placement })
    await isSent(bench, conversation, id)
    const shown = bench.shownIn(chatId)
    return { chatId, conversation, shown, buttons: shown.flatMap((one) => (one.buttons ?? []).flat()), words: shown.map(plainOf).join('\n') }
  }
  /** The client picks the button with this text: by pressing it, or by its number. */
  const picks = async (chatId: string, shown: readonly ShownMessage[], text: string): Promise<unknown> => {
    const bench = at()
    const button = shown.flatMap((one) => (one.buttons ?? []).flat()).find((one) => one.text === text)
    const number = new RegExp(`^(\\d+)\\. ${text}$`, 'm').exec(shown.map(plainOf).join('\n'))?.[1]
    const before = bench.receivedIn(chatId).length
    if (button !== undefined) await bench.deliver(chatId, { type: 'press', value: button.value ?? button.text, text })
    else {
      expect(number, `There must be a button "${text}", or its number in the text; \`shows\` finds neither`).toBeDefined()
      await bench.deliver(chatId, { type: 'text', text: number! })
    }
    return await bench.until(() => bench.receivedIn(chatId)[before]?.message.content, 'the choice of the client')
  }
  const choice = [
    [
      { text: 'Sales', value: 'dep:sales' },
      { text: 'Support', value: 'dep:support' },
    ],
    [{ text: 'Nothing', value: 'none' }],
  ]
  const rules = () => (at().driver.capabilities.kinds.includes('keyboard') ? at().driver.capabilities.keyboard : undefined)

  describe('offers', () => {
    test('buttons, or the same as a numbered list', async () => {
      const { buttons, words } = await asks(choice)
      expect(words, 'The question must be shown').toContain('Where to?')
      if (rules() === undefined)
        expect(words, 'Without `keyboard` in `capabilities.kinds` buttons are a numbered list').toBe('Where to?\n\n1. Sales\n2. Support\n3. Nothing')
      else
        expect(
          buttons.map(({ text }) => text),
          '`shows` must find the buttons',
        ).toEqual(['Sales', 'Support', 'Nothing'])
    })

    test('a choice that comes back with the button’s value', async () => {
      const { chatId, shown } = await asks(choice)
      expect(await picks(chatId, shown, 'Support'), 'A press must come back as `press` with the value of its button').toMatchObject(
        // where a button only writes its words, they are what comes
        shown.some((one) => one.buttons?.flat().some((button) => button.value !== undefined)) || rules() === undefined
          ? { kind: 'press', value: 'dep:support' }
          : { text: 'Support' },
      )
    })

    test('a value that is longer than the channel takes', async () => {
      const value = `step:${'дані '.repeat(80)}`.slice(0, 500)
      const { chatId, shown, buttons } = await asks([[{ text: 'Go', value }]])
      for (const button of buttons)
        expect(Buffer.byteLength(button.value ?? ''), 'The value of a button must keep to `keyboard.valueLimit`').toBeLessThanOrEqual(
          rules()?.valueLimit ?? 0,
        )
      const chosen = await picks(chatId, shown, 'Go')
      if (rules() === undefined || buttons[0]?.value !== undefined)
        expect(chosen, 'The whole value must come back, also where a key stood for it').toMatchObject({ kind: 'press', value })
      else expect(chosen, 'A button without a value must write its words').toMatchObject({ text: 'Go' })
    })

    test('the words of a button as far as they fit', async () => {
      const text = 'Дуже довга кнопка '.repeat(12).trim()
      const { buttons, words } = await asks([[{ text, value: 'x' }]])
      const limit = rules()?.textLimit
      if (limit === undefined) expect(squeezed(words), 'The list must have the whole words').toContain(squeezed(`1. ${text}`))
      else {
        const [button] = buttons
        expect(button?.text.length, 'The words of a button must keep to `keyboard.textLimit`').toBeLessThanOrEqual(limit)
        expect(text, 'The words of a button must be its first words').toContain(button!.text.replace(/…$/, ''))
      }
    })

    test('many buttons in as many rows and columns as there are, else as a list', async () => {
      const count = 60
      const row = Array.from({ length: 6 }, (_, index) => index)
      const many = Array.from({ length: count / 6 }, (_, line) =>
        row.map((column) => ({ text: `No ${line * 6 + column + 1}`, value: `v${line * 6 + column + 1}` })),
      )
      const { chatId, shown, buttons, words } = await asks(many)
      const limits = rules()
      const rows = shown.flatMap((one) => one.buttons ?? [])
      if (limits !== undefined && limits.maxRows * limits.maxColumns >= count) {
        expect(buttons, 'All buttons fit, so all must be shown').toHaveLength(count)
        expect(rows.length, 'There may be no more rows than `keyboard.maxRows`').toBeLessThanOrEqual(limits.maxRows)
        expect(Math.max(...rows.map((one) => one.length)), 'A row may have no more buttons than `keyboard.maxColumns`').toBeLessThanOrEqual(
          limits.maxColumns,
        )
      } else {
        expect(words, 'More buttons than fit must be a numbered list').toContain('60. No 60')
        expect(await picks(chatId, shown, 'No 42'), 'A number out of the list must be a press').toMatchObject({ kind: 'press', value: 'v42' })
      }
    })

    test('an address, as a button or in the text', async () => {
      const { buttons, words } = await asks([[{ text: 'Site', action: 'url', url: 'https://example.com/a' }]])
      if (rules()?.actions.includes('url') === true)
        expect(buttons, '`shows` must find the button with its `url`').toMatchObject([{ text: 'Site', url: 'https://example.com/a' }])
      else expect(words, 'Without `url` in `keyboard.actions` an address stands in the text').toContain('https://example.com/a')
    })

    for (const action of ['contact', 'location'] as const)
      test(`a button that asks for the client’s ${action}, where there is one`, async () => {
        const { buttons, words } = await asks([[{ text: 'Share', action }]], 'reply')
        if (rules()?.actions.includes(action) === true) {
          expect(buttons, '`shows` must find the button with what it `asks`').toMatchObject([{ text: 'Share', asks: action } satisfies ShownButton])
        } else {
          expect(buttons, `Without \`${action}\` in \`keyboard.actions\` there must be no such button`).toEqual([])
          expect(words, 'The question must be shown').toContain('Where to?')
        }
      })

    test('a list only until something else is said', async () => {
      const bench = at()
      const { chatId, conversation, shown } = await asks(choice)
      if (rules() === undefined)
        expect(await picks(chatId, shown, 'Sales'), 'A number out of the list must be a press').toMatchObject({ kind: 'press', value: 'dep:sales' })
      else await bench.deliver(chatId, { type: 'text', text: 'Sales, please' })
      const [id] = await bench.send(conversation, { kind: 'text', text: 'How many?' })
      await bench.settled(conversation, id!)
      await bench.deliver(chatId, { type: 'text', text: '2' })
      await bench.until(() => bench.receivedIn(chatId).length >= 3, 'the number that the client wrote')
      expect(bench.receivedIn(chatId)[2]?.message.content, 'After an answer a number must be a number').toEqual({ kind: 'text', text: '2' })
    })
  })
}
