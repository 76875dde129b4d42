import { expect, test } from 'vitest'
import { accountSchema } from './account.ts'
import { nextSteps } from './next-steps.ts'

const account = (config: object) => ({
  id: 'a1',
  botId: 'b1',
  channel: 'widget',
  title: 'Site',
  config: accountSchema.parse(config),
  webhookUrl: '',
  secret: '',
  active: true,
})
const place = { origin: 'https://chat.example.com', bot: { number: 3, language: 'uk' } }

test('the code for a site names the bot by its number and this installation', () => {
  const [step] = nextSteps(account({}), place)
  expect(step?.code).toContain(`kw('init', { bot_id: 3, language_code: 'uk' })`)
  expect(step?.code).toContain('src="https://chat.example.com/widget/kw.js"')
})

test('the demo page opens in the language of the reader', () => {
  expect(nextSteps(account({}), place).at(-1)?.url).toEqual({
    en: 'https://chat.example.com/widget/en/?bot-id=3',
    uk: 'https://chat.example.com/widget/uk/?bot-id=3',
  })
})

test('allowing the site is a step only while none is allowed', () => {
  expect(nextSteps(account({}), place)).toHaveLength(3)
  expect(nextSteps(account({ allowedOrigins: ['https://www.example.com'] }), place)).toHaveLength(2)
})
