import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from './browser.ts'
import { Desk } from './desk.ts'
import { ParleyHost } from './parley-host.ts'
import { picture } from './screenshot.ts'
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

test('a visitor is greeted, asks for a person, is answered, and is back in the scenario', async () => {
  const operator = new Desk(await browser.person())
  await operator.signIn(host.url, olena)
  await operator.openInbox(host.url, 'queue')
  await operator.page.getByText('The queue is empty').waitFor()

  const visitor = new Visitor(await browser.person())
  await visitor.open(host.url, shop.bot)
  await visitor.reads('Welcome to the Tea Shop')
  await visitor.reads('How can we help?')
  await picture(visitor.page, 'widget-buttons')
  await visitor.press('Operator')
  await visitor.reads('leave your phone number')
  await visitor.say('not a number')
  await visitor.reads('Не схоже на номер')
  await visitor.say('+380 50 111 22 33')
  await visitor.reads('Connecting you')

  // The request comes by itself; the keyboard opens and takes it.
  const { page } = operator
  await operator.rows.first().waitFor()
  await page.keyboard.press('j')
  await operator.reads('+380 50 111 22 33')
  await page.getByText('Телефон: +380501112233').or(page.getByText('Телефон: +380 50 111 22 33')).first().waitFor()
  await page.keyboard.press('t')
  await operator.composer.waitFor()
  await expect.poll(() => operator.composer.evaluate((area) => area === document.activeElement)).toBe(true)
  await page.keyboard.type('Good afternoon! How can I help?')
  await visitor.page.getByTestId('widget-activity').filter({ hasText: 'Olena Hnatiuk is typing' }).waitFor()
  await picture(visitor.page, 'widget-typing')
  await page.keyboard.press('Enter')
  await visitor.reads('Good afternoon! How can I help?')
  await operator.delivery('Good afternoon!', 'read')

  await visitor.input.pressSequentially('Do you')
  await page.getByRole('status').filter({ hasText: 'is typing' }).waitFor()
  await visitor.say('Do you have jasmine tea?')
  await operator.reads('Do you have jasmine tea?')

  await page.locator('input[type=file]').setInputFiles({ name: 'teas.txt', mimeType: 'text/plain', buffer: Buffer.from('Jasmine, 100 g') })
  await page.getByText('teas.txt').waitFor()
  await page.keyboard.type('Here is the list')
  await page.keyboard.press('Enter')
  await visitor.reads('Here is the list')
  await visitor.page.getByRole('link', { name: 'teas.txt' }).waitFor()
  const file = await visitor.page.getByRole('link', { name: 'teas.txt' }).getAttribute('href')
  expect(await (await visitor.person.context.request.get(file!)).text()).toBe('Jasmine, 100 g')

  await visitor.page.getByTestId('widget-file').setInputFiles({ name: 'order.txt', mimeType: 'text/plain', buffer: Buffer.from('Order 17') })
  await operator.messages.filter({ hasText: 'order.txt' }).waitFor()

  await page.keyboard.press('Escape')
  await page.keyboard.press('n')
  await page.keyboard.type('Regular customer, likes jasmine')
  await page.keyboard.press('Enter')
  await operator.reads('Regular customer, likes jasmine')
  await picture(page, 'inbox-dialog')
  await picture(visitor.page, 'widget-dialog')

  await page.keyboard.press('Escape')
  await page.keyboard.press('e')
  await page.getByTestId('confirm-close').waitFor()
  await picture(page, 'inbox-close')
  await page.getByTestId('confirm-close').press('Enter')
  await visitor.reads('Thank you!')
  await visitor.reads('How can we help?')
  expect(await visitor.log.innerText()).not.toContain('likes jasmine')
  await visitor.page.getByText('The conversation with the operator has ended').waitFor()
  await picture(visitor.page, 'widget-after')
  expect(browser.complaints()).toEqual([])
})
