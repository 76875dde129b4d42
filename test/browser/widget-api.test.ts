import { createHmac } from 'node:crypto'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { TestBrowser } from './browser.ts'
import { OtherSite } from './other-site.ts'
import { ParleyHost } from './parley-host.ts'
import { Visitor } from './visitor.ts'
import { openWidgetBot } from './widget-bot.ts'

const secret = 'identity-secret-of-the-test'
const within = { timeout: 20_000 }

let host: ParleyHost
let browser: TestBrowser
let site: OtherSite
let bot: number
let page: Page
let visitor: Visitor
let said: string[]

beforeAll(async () => {
  host = await ParleyHost.start()
  browser = await TestBrowser.start()
  site = await OtherSite.start()
  const config = { allowedOrigins: [site.origin], identitySecret: secret, subtitle: 'We answer at once' }
  bot = (await openWidgetBot(host, { slowUrl: 'http://127.0.0.1:9/', config })).number
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await site?.[Symbol.asyncDispose]()
  await host?.[Symbol.asyncDispose]()
})
beforeEach(async () => await somebodyNew())

/** Another person at another computer. */
const somebodyNew = async (): Promise<void> => {
  await page?.context().close()
  visitor = new Visitor(await browser.person({ colorScheme: 'light' }))
  page = visitor.page
  const heard: string[] = []
  said = heard
  page.on('console', (message) => void (message.text().startsWith('[Parley]') && heard.push(message.text())))
}

/** A page of the site that calls `kw('init', …)` and what else it likes. */
const open = async (options: string, more = ''): Promise<void> => await site.open(page, host.url, `kw('init', { bot_id: ${bot}${options} })\n${more}`)
const event = async (name: string, value: unknown): Promise<void> =>
  await site.run(page, `kw_event(${JSON.stringify(name)}, ${JSON.stringify(value)})`)
const panel = (): Locator => page.getByTestId('widget-panel')
const launcher = (): Locator => page.getByTestId('widget-launcher')
const style = async (locator: Locator, name: string): Promise<string> =>
  await locator.evaluate((element, property) => getComputedStyle(element).getPropertyValue(property), name)

test('params_from_site go with each message into the scenario, and kwsetparamsfromsite changes them', async () => {
  await open(`, params_from_site: { plan: 'gold', city: 'Lviv', visits: 3, card: { number: '4111' } }`)
  await launcher().click()
  await visitor.reads('Plan gold of Lviv')
  await event('kwsetparamsfromsite', { params_from_site: { plan: 'silver' } })
  await visitor.say('and now?')
  await visitor.reads('Plan silver of Lviv')
  expect(said).toEqual([`[Parley] kw('init'): "card" of params_from_site is left out: it must be a text, a number, true, false or null.`])
  expect(await visitor.own('and now?').count()).toBe(1)
})

test('openchat opens and closes, command changes the words of the header, kwcolor and theme the look', async () => {
  await open(`, color: { header: { bg: '#ffcc00', text: '#112233' } }, theme: 'dark'`)
  await event('openchat', 1)
  await panel().waitFor()
  const header = panel().locator('header')
  await header.getByText('We answer at once').waitFor()
  await event('command', { title: 'Ask Olena', subtitle: 'Back at nine' })
  expect(await header.innerText()).toBe('Ask Olena\n\nBack at nine')
  expect([await style(header, 'background-color'), await style(header, 'color')]).toEqual(['rgb(255, 204, 0)', 'rgb(17, 34, 51)'])
  await event('kwcolor', { header: { bg: '#004488', text: '#ffffff' } })
  expect([await style(header, 'background-color'), await style(header, 'color')]).toEqual(['rgb(0, 68, 136)', 'rgb(255, 255, 255)'])
  const surface = await style(panel(), 'background-color')
  await event('theme', 'light')
  expect(await style(panel(), 'background-color')).not.toBe(surface)
  await event('openchat', 0)
  await panel().waitFor({ state: 'hidden' })
  expect(said).toEqual([])
})

test('emitevent goes to an entry point, and open_on_msg opens the chat when the answer comes', async () => {
  await open(`, open_on_msg: true, params_from_site: { plan: 'gold' }`)
  await event('emitevent', { event: 'alias', alias: 'offers' })
  await visitor.reads('Offers for gold')
  // The jump was the beginning: opening starts nothing else.
  await visitor.say('hello')
  await visitor.reads('Plan gold')
  expect(await page.getByTestId('incoming-message').count()).toBe(2)
})

test('without open_on_msg the chat stays closed and counts what was not read', async () => {
  await open('')
  await event('emitevent', { event: 'alias', alias: 'offers' })
  await launcher().getByText('1', { exact: true }).waitFor()
  expect(await launcher().getAttribute('aria-label')).toBe('Open chat, new messages: 1')
  expect(await panel().isVisible()).toBe(false)
})

test('what the site asks for before init is kept, whether the script is there or not', async () => {
  const calls = `kw_event('command', { title: 'Asked early' }); kw_event('openchat', 1)`
  await site.open(page, host.url, calls)
  await site.run(page, `kw_event('command', { subtitle: 'and again' })`)
  await site.run(page, `kw('init', { bot_id: ${bot} })`)
  expect(await panel().locator('header').innerText()).toBe('Asked early\n\nand again')
  await visitor.reads('Plan')
})

test('place draws the chat into an element of the page', async () => {
  await open(`, place: '#place'`)
  await visitor.reads('Plan')
  expect(await page.locator('#place').getByTestId('widget-panel').isVisible()).toBe(true)
  expect(await launcher().isVisible()).toBe(false)
})

test('language_code decides the words of the widget', async () => {
  await open(`, language_code: 'uk'`)
  await launcher().click()
  expect(await visitor.input.getAttribute('placeholder')).toBe('Напишіть повідомлення')
})

test('a person with user_id and user_hash finds the dialog again at another computer; nobody else does', async () => {
  const hash = createHmac('sha256', secret).update('customer-77').digest('hex')
  await open(`, user_id: 'customer-77', user_hash: '${hash}', params_from_site: { plan: 'mine' }`)
  await launcher().click()
  await visitor.reads('Plan mine')
  await somebodyNew()
  await open(`, user_id: 'customer-77', user_hash: '${hash}'`)
  await launcher().click()
  await visitor.reads('Plan mine')
  await somebodyNew()
  await open(`, user_id: 'customer-77', user_hash: '${hash.replaceAll(/[0-9]/g, 'a')}'`)
  await launcher().click()
  await page.getByTestId('widget-bar').getByText('The chat is not available on this page.').waitFor()
  expect(await page.getByTestId('incoming-message').count()).toBe(0)
  await expect.poll(() => said.join(), within).toContain('user_hash does not belong to user_id')
})

test('what has no effect is reported', async () => {
  await open(
    `, recognize_user_meta: true, user_hash: 'ab', theme: 'blue', place: '#nowhere', langauge: 'uk', language_code: 'ru',
     color: { header: { bg: 'no colour' }, messages: { bg: '#fff' } }`,
    `kw('destroy'); kw_event('opnchat', 1); kw_event('emitevent', { alias: '' }); kw_event('command', { tilte: 'x' }); kw_event('theme', 1)`,
  )
  const about = [
    '"langauge" is not an option',
    '"recognize_user_meta" has no effect yet',
    '"user_hash" does nothing without "user_id"',
    '"theme" must be',
    '"place" leads to no element',
    `the widget's own words are English`,
    'the colours of "messages" have no effect',
    '"no colour" is not a colour',
    '"destroy" is not a command',
    '"opnchat" is not an event',
    `kw_event('emitevent'): it needs`,
    '"tilte" has no effect',
    `kw_event('theme'): it needs`,
  ]
  await expect.poll(() => about.filter((words) => !said.some((line) => line.includes(words))), within).toEqual([])
})

test('a file of a visitor of another site is stored and shown', async () => {
  await open('')
  await launcher().click()
  await visitor.reads('Plan')
  const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  await page.getByTestId('widget-file').setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: Buffer.from(dot, 'base64') })
  const image = page.getByTestId('visitor-message').locator('img')
  await expect.poll(() => image.evaluate((element) => (element as HTMLImageElement).naturalWidth), within).toBe(1)
})

test('a site that is not on the list is refused, and told why', async () => {
  await using stranger = await OtherSite.start()
  await stranger.open(page, host.url, `kw('init', { bot_id: ${bot} })`)
  await launcher().click()
  await page.getByTestId('widget-bar').getByText('The chat is not available on this page.').waitFor()
  await expect.poll(() => said.join(), within).toContain(`The site ${stranger.origin} is not among the allowed domains`)
})
