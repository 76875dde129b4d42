import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { phone, TestBrowser } from './browser.ts'
import { OtherSite } from './other-site.ts'
import { ParleyHost } from './parley-host.ts'
import { picture } from './screenshot.ts'
import { SlowService } from './slow-service.ts'
import { Visitor } from './visitor.ts'
import { openWidgetBot } from './widget-bot.ts'

const within = { timeout: 20_000 }

let service: SlowService
let host: ParleyHost
let browser: TestBrowser
let site: OtherSite
let bot: number

beforeAll(async () => {
  service = await SlowService.start()
  host = await ParleyHost.start({ outbound: { allow: [service.address] } })
  browser = await TestBrowser.start()
  site = await OtherSite.start()
  bot = (await openWidgetBot(host, { slowUrl: service.url, config: { allowedOrigins: [site.origin] } })).number
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await site?.[Symbol.asyncDispose]()
  await host?.[Symbol.asyncDispose]()
  await service?.[Symbol.asyncDispose]()
})

/** A chat with a question in it, and the scenario going on to ask the service. */
const thinking = async (page: Page, visitor: Visitor, language: string): Promise<void> => {
  await site.open(page, host.url, `kw('init', { bot_id: ${bot}, language_code: '${language}' })`)
  await page.getByTestId('widget-launcher').click()
  await visitor.reads('Plan')
  await site.run(page, `kw_event('emitevent', { event: 'alias', alias: 'menu' })`)
  await visitor.reads('Which colour?')
  await site.run(page, `kw_event('emitevent', { event: 'alias', alias: 'slow' })`)
}

test.each([
  ['en', 'Working on the answer…'],
  ['uk', 'Готує відповідь…'],
])('while an agent works the widget says so in %s, and sends nothing: no text, no file, no button', async (language, words) => {
  const visitor = new Visitor(await browser.person(language === 'uk' ? { viewport: phone, hasTouch: true, isMobile: true, colorScheme: 'dark' } : {}))
  const { page } = visitor
  await thinking(page, visitor, language)
  const activity = page.getByTestId('widget-activity')
  await activity.getByText(words).waitFor()
  await picture(page, `widget-thinking-${language}`)
  const blue = visitor.log.getByRole('button', { name: 'Blue' })
  const attach = page.getByTestId('widget-attach')
  expect([await blue.isDisabled(), await attach.isDisabled(), await visitor.send.isDisabled()]).toEqual([true, true, true])
  await visitor.say('are you there?')
  await page.getByTestId('widget-file').setInputFiles({ name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('x') })
  await page.getByTestId('widget-bar').waitFor()
  expect(await page.getByTestId('visitor-message').count()).toBe(0)
  expect(await visitor.input.inputValue()).toBe('are you there?')

  service.answer()
  await visitor.reads('Here is the answer')
  await expect.poll(() => activity.innerText(), within).toBe('')
  expect([await attach.isDisabled(), await visitor.send.isDisabled()]).toEqual([false, false])
  await visitor.input.press('Enter')
  await visitor.own('are you there?').waitFor()
  expect(browser.complaints()).toEqual([])
})
