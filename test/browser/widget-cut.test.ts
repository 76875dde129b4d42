import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from './browser.ts'
import { CutLine, type Step } from './cut-line.ts'
import { ParleyHost } from './parley-host.ts'
import { olena, openTeaShop, type TeaShop } from './tea-shop.ts'
import { Visitor } from './visitor.ts'

let host: ParleyHost
let browser: TestBrowser
let shop: TeaShop

beforeAll(async () => {
  host = await ParleyHost.start()
  browser = await TestBrowser.start()
  shop = await openTeaShop(host)
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await host?.[Symbol.asyncDispose]()
})

test('the widget loses and doubles nothing, wherever its line breaks, over a reload, offline and over a death of the host', async () => {
  const line = new CutLine()
  const person = await browser.person()
  await line.lay(person.page)
  const visitor = new Visitor(person)
  const { page, context } = person
  await visitor.open(host.url, shop.bot)
  await visitor.asksForOperator()

  let operator = await host.api(olena)
  const queue = async (): Promise<{ id: string }[]> => (await operator.get('/operator-panel/requests?folder=queue'))['requests']
  await expect.poll(async () => (await queue()).length, { timeout: 20_000 }).toBe(1)
  const { id } = (await queue())[0]!
  await operator.post(`/operator-panel/requests/${id}/take`)
  let keys = 0
  const answer = (text: string): Promise<unknown> =>
    operator.post(`/operator-panel/requests/${id}/messages`, { content: { kind: 'text', text }, clientKey: `cut-test-${++keys}` })
  await answer('Answer 0')
  await visitor.reads('Answer 0')

  const said: string[] = []
  const say = async (text: string): Promise<void> => {
    said.push(text)
    await visitor.say(text)
  }
  const settled = async (text: string): Promise<void> => {
    await expect.poll(() => visitor.own(text).filter({ hasNotText: 'Sending' }).count(), { timeout: 30_000 }).toBe(1)
  }

  for (const step of ['message', 'acknowledgement'] as const) {
    const cut = line.at(step)
    await say(`cut at ${step}`)
    await cut
    await settled(`cut at ${step}`)
  }
  // The news is lost on the way; what follows a reconnection brings it.
  const lost = line.at('news')
  await answer('Answer 1')
  await lost
  await visitor.reads('Answer 1')
  // And once more, with the reconnection breaking too.
  const again = line.at('news')
  await answer('Answer 2')
  await again
  await line.at('catch-up')
  await visitor.reads('Answer 2')

  await say('before a reload')
  await page.reload()
  await settled('before a reload')
  const cut = line.at('acknowledgement')
  await say('cut and reloaded')
  await cut
  await page.reload()
  await settled('cut and reloaded')

  await context.setOffline(true)
  await say('said offline')
  await visitor.own('said offline').waitFor()
  await context.setOffline(false)
  await settled('said offline')

  await host.stop('SIGKILL')
  await say('said while it was dead')
  await host.run()
  await settled('said while it was dead')
  const dying = line.at('acknowledgement')
  await say('it dies with this')
  await dying
  await host.stop('SIGKILL')
  await host.run()
  await settled('it dies with this')

  operator = await host.api(olena)
  await answer('Answer 3')
  await visitor.reads('Answer 3')
  const answers = ['Answer 0', 'Answer 1', 'Answer 2', 'Answer 3']
  expect(line.cuts satisfies Step[]).toEqual(['message', 'acknowledgement', 'news', 'news', 'catch-up', 'acknowledgement', 'acknowledgement'])

  const stored = async (): Promise<string[]> => {
    const { messages } = await operator.get(`/operator-panel/requests/${id}/messages?limit=100`)
    return (messages as { direction: string; author: { kind: string }; content: { text?: string } }[])
      .filter(({ author }) => author.kind === 'client' || author.kind === 'operator')
      .map(({ content }) => content.text ?? '')
      .filter((text) => said.includes(text) || answers.includes(text))
  }
  const texts = await stored()
  expect(texts.filter((text) => said.includes(text))).toEqual(said)
  expect(texts.filter((text) => answers.includes(text))).toEqual(answers)
  await page.reload()
  await visitor.reads('Answer 3')
  const shown = await visitor.log.innerText()
  for (const text of [...said, ...answers]) expect({ text, times: shown.split(text).length - 1 }).toEqual({ text, times: 1 })
})

test('the beginning of a scenario and a press of a button are carried out once, wherever the line breaks', async () => {
  const line = new CutLine()
  const person = await browser.person()
  await line.lay(person.page)
  const visitor = new Visitor(person)
  const asked = visitor.page.getByTestId('incoming-message').filter({ hasText: 'How can we help?' })

  const start = line.at('start')
  await visitor.open(host.url, shop.bot)
  await start
  await line.at('acknowledgement')
  await visitor.reads('How can we help?')
  const message = line.at('message')
  await visitor.press('Operator')
  await message
  await line.at('acknowledgement')
  await visitor.reads('leave your phone number')
  await visitor.page.reload()
  await visitor.reads('leave your phone number')

  expect(line.cuts satisfies Step[]).toEqual(['start', 'acknowledgement', 'message', 'acknowledgement'])
  expect(await asked.count()).toBe(1)
  expect(await visitor.own('Operator').count()).toBe(1)
  expect(await visitor.page.getByTestId('incoming-message').filter({ hasText: 'leave your phone number' }).count()).toBe(1)
})
