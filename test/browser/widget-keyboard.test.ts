import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from './browser.ts'
import { OtherSite } from './other-site.ts'
import { ParleyHost } from './parley-host.ts'
import { Visitor } from './visitor.ts'
import { openWidgetBot } from './widget-bot.ts'

const within = { timeout: 20_000 }

let host: ParleyHost
let browser: TestBrowser
let site: OtherSite
let bot: number

beforeAll(async () => {
  host = await ParleyHost.start()
  browser = await TestBrowser.start()
  site = await OtherSite.start()
  bot = (await openWidgetBot(host, { slowUrl: 'http://127.0.0.1:9/', config: { allowedOrigins: [site.origin] } })).number
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await site?.[Symbol.asyncDispose]()
  await host?.[Symbol.asyncDispose]()
})

/** What has the focus, as a screen reader names it. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement
    return element?.getAttribute('aria-label') ?? element?.textContent ?? ''
  })
const walk = async (page: Page, key: string, steps: number): Promise<string[]> => {
  const names: string[] = []
  for (let step = 0; step < steps; step++) {
    await page.keyboard.press(key)
    names.push(await focused(page))
  }
  return names
}

test('Tab goes through the chat in the order of what is seen, and nowhere else inside it', async () => {
  const visitor = new Visitor(await browser.person())
  const { page } = visitor
  await site.open(page, host.url, `kw('init', { bot_id: ${bot} })`)
  await page.locator('#own').focus()
  expect(await walk(page, 'Tab', 1)).toEqual(['Open chat'])
  await page.keyboard.press('Enter')
  await visitor.reads('Plan')
  expect(await focused(page)).toBe('Write a message')
  await site.run(page, `kw_event('emitevent', { event: 'alias', alias: 'menu' })`)
  await visitor.reads('Which colour?')
  expect(await walk(page, 'Shift+Tab', 5)).toEqual(['Attach a file', 'Blue', 'Red', 'Messages', 'Close chat'])
  expect(await walk(page, 'Shift+Tab', 1)).toEqual(['Own'])
  expect(await walk(page, 'Tab', 3)).toEqual(['Close chat', 'Messages', 'Red'])
})

/** A visitor who came to the last button of the menu by keyboard. */
const atTheButtonBlue = async (): Promise<Visitor> => {
  const visitor = new Visitor(await browser.person())
  const { page } = visitor
  await site.open(page, host.url, `kw('init', { bot_id: ${bot} })`)
  await page.getByTestId('widget-launcher').click()
  await visitor.reads('Plan')
  await site.run(page, `kw_event('emitevent', { event: 'alias', alias: 'menu' })`)
  await visitor.reads('Which colour?')
  expect(await walk(page, 'Shift+Tab', 2)).toEqual(['Attach a file', 'Blue'])
  return visitor
}

test('whoever presses a button by keyboard goes on in the text field, and Escape leads back to the button of the chat', async () => {
  const visitor = await atTheButtonBlue()
  const { page } = visitor
  await page.keyboard.press('Enter')
  await visitor.reads('You chose blue')
  await expect.poll(() => focused(page), within).toBe('Write a message')
  await page.keyboard.type('thanks')
  await page.keyboard.press('Tab')
  expect(await focused(page)).toBe('Send')
  await page.keyboard.press('Enter')
  await visitor.own('thanks').waitFor()
  expect(await focused(page)).toBe('Write a message')
  await page.keyboard.press('Escape')
  // an answer may have come meanwhile, which it then tells
  await expect.poll(() => focused(page), within).toMatch(/^Open chat/)
})

test('a further message below takes nobody from the button that is in focus', async () => {
  const visitor = await atTheButtonBlue()
  const { page } = visitor
  await site.run(page, `kw_event('emitevent', { event: 'alias', alias: 'offers' })`)
  await visitor.reads('Offers for')
  expect(await focused(page)).toBe('Blue')
})
