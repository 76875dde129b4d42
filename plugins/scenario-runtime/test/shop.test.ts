import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ScenarioAction } from '../src/api/index.ts'
import { shopScenario } from '../src/server/demo/shop-scenario.ts'
import { canonicalText } from '../src/server/document/canonical-document.ts'
import { documentSchema } from '../src/server/document/document-schema.ts'
import { createWorld, testCatalogue, type World } from './scenario-world.ts'

/** As the operator panel's: the request is opened, the run ends, operators go on. */
const connect: ScenarioAction = {
  id: 'operator_panel__connect_to_operator_with_msg',
  title: 'Connect to operator',
  group: 'operator_panel',
  description: '',
  parameters: z.looseObject({ subject_alias: z.string() }),
  outcomes: ['success', 'connected', 'limit', 'error'],
  run: async (context, given: object) => {
    context.set('opened', context.fill(given))
    context.set('wait_id', context.waitId)
    return { output: 'success' }
  },
}

let world: World | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

const texts = (contents: readonly object[]): string[] => contents.map((content) => ('text' in content ? String(content.text) : ''))

/** A file of the package that is made from the code; `UPDATE_FILES=1` writes it. */
const committed = (path: string, text: string): string => {
  const file = new URL(`../${path}`, import.meta.url)
  if (process.env['UPDATE_FILES'] === '1') writeFileSync(file, text)
  return readFileSync(file, 'utf8')
}

describe('the shop of the demo', () => {
  const open = async (): Promise<World> => {
    world = await createWorld({ actions: [connect] })
    expect(await world.publish(shopScenario)).toEqual({ version: 1, problems: [] })
    return world
  }

  test('is the committed example', () => {
    expect(committed('examples/shop.json', canonicalText(shopScenario))).toBe(canonicalText(shopScenario))
  })

  test('welcomes, answers a question, asks for the phone, hands over to an operator and takes the client back', async () => {
    const { say, press, runPosted, runs, lane, fields, constants } = await open()
    expect(texts(await say('/start'))).toEqual([expect.stringContaining('Вітаємо в «Чайній лавці», Оксана!'), 'Чим можемо допомогти?'])
    expect(texts(await say('?'))).toEqual([expect.stringContaining('оберіть'), 'Чим можемо допомогти?'])
    expect(texts(await press('faq'))).toEqual(['Що вас цікавить?'])
    expect(texts(await press('delivery'))).toEqual([expect.stringContaining('Новою поштою'), 'Чи допомогла відповідь?'])
    expect(texts(await say('Ні, поклич людину'))).toEqual([expect.stringContaining('залиште номер')])
    expect(texts(await say('потім'))).toEqual([expect.stringContaining('Не схоже на номер (1)')])
    expect(texts(await say('+380 50 111 22 33'))).toEqual([expect.stringContaining('Кличу оператора'), expect.stringContaining('Ви в черзі')])
    expect(fields).toEqual({ phone: '+380501112233' })
    const { opened, wait_id } = await constants()
    expect(opened).toMatchObject({ subject_alias: 'support', customTextToOperator: 'Телефон: +380501112233. Тема: delivery.' })
    await runs.leave(lane.conversation.id, String(wait_id), 'connected', { operator_name: 'Ігор' })
    expect(texts(await runPosted())).toEqual(['Ігор уже з вами.'])
    await runs.goto(lane.conversation.id, 'chat-closed')
    expect(texts(await runPosted())).toEqual([expect.stringContaining('Дякуємо за розмову'), 'Чим можемо допомогти?'])
    expect(texts(await press('operator'))).toEqual([expect.stringContaining('Кличу оператора'), expect.stringContaining('Ви в черзі')])
  })

  test('speaks English to who does, and takes an order for a call back', async () => {
    const { say, press, constants } = await open()
    expect(texts(await say('/start', { params: { language: 'en' } }))[1]).toBe('How can we help?')
    expect(texts(await press('callback'))).toEqual([expect.stringContaining('передзвонимо every day')])
    expect(texts(await say('0501112233'))).toEqual([expect.stringContaining('0501112233'), 'How can we help?'])
    expect(await constants()).toMatchObject({ callback_requested: true })
  })
})

describe('the JSON Schema', () => {
  test('is the committed one, and names the parameters of every built-in node and action', () => {
    const catalogue = testCatalogue()
    const schema = documentSchema(catalogue.nodes.values(), catalogue.actions.values())
    const text = `${JSON.stringify(schema, undefined, 2)}\n`
    expect(committed('docs/scenario.schema.json', text)).toBe(text)
    expect(JSON.stringify(schema)).toContain('"response_mapping"')
  })
})
