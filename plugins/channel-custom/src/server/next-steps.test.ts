import { expect, test } from 'vitest'
import { accountSchema } from './account.ts'
import { nextSteps } from './next-steps.ts'

const token = 'a-token-of-incoming-messages'
const account = (config: object) => ({
  id: 'a1',
  botId: 'b1',
  channel: 'custom_channel',
  title: 'App',
  config: accountSchema.parse({ custom_channel_url: 'https://app.example.com/in', ...config }),
  webhookUrl: 'https://chat.example.com/hooks/channel-custom/a1',
  secret: 'hidden',
  active: true,
})
const place = { origin: 'https://chat.example.com', bot: { number: 3, language: 'uk' } }

test('the documented format is given the documented input_url and a call to try', () => {
  const [input, example] = nextSteps(account({ input_token: token }), place)
  expect(input?.code).toBe('https://chat.example.com/messengers_host/3/custom_channel/hooks')
  expect(example?.code).toContain(input?.code)
  expect(example?.code).toContain('x-access-token')
})

test('no step shows a secret', () => {
  const steps = JSON.stringify(nextSteps(account({ input_token: token, access_token: 'out-token-of-the-other-side' }), place))
  expect(steps).not.toContain(token)
  expect(steps).not.toContain('out-token-of-the-other-side')
})

test('the signed format is sent to the address of the account', () => {
  const steps = nextSteps(account({ format: 'standard_webhooks', secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }), place)
  expect(steps[0]?.code).toBe('https://chat.example.com/hooks/channel-custom/a1')
  expect(steps).toHaveLength(2)
})
