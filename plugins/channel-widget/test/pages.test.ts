import { bots } from '@parley/plugin-conversations/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WidgetHost } from './widget-host.ts'

let widget: WidgetHost
beforeAll(async () => {
  widget = await WidgetHost.start({ color: '#116644' })
})
afterAll(async () => await widget?.[Symbol.asyncDispose]())

const page = async (locale: string, bot: string | number) => await widget.host.http.get(`/widget/${locale}/`, { query: { 'bot-id': bot } })

test.each([
  ['en', 'Widget demo', 'Code for your site'],
  ['uk', 'Демо віджета', 'Код для вашого сайту'],
])('the demo page of a bot is there in %s', async (locale, title, code) => {
  const { status, text } = await page(locale, widget.bot)
  expect(status).toBe(200)
  for (const part of [`<html lang="${locale}">`, `<h1>${title}</h1>`, code, `data-bot-id="${widget.bot}"`, 'value="#116644"'])
    expect(text).toContain(part)
})

test.each([
  ['en', 'There is no chat here yet', 'Bot 404 has no active website widget. Connect one in Settings, Bots, Channels, and reload this page.'],
  ['uk', 'Тут ще немає чату', 'Бот 404 не має активного віджета для сайту. Підключіть його в Налаштуваннях, Боти, Канали, і оновіть цю сторінку.'],
])('a bot that does not exist has a page that says so and what to do, in %s', async (locale, title, lead) => {
  const { status, text } = await page(locale, 404)
  expect(status).toBe(404)
  for (const part of [`<html lang="${locale}">`, `<h1>${title}</h1>`, lead]) expect(text).toContain(part)
  expect(text).not.toContain('<script')
})

test('a bot without a widget, or one that was switched off, has the same page', async () => {
  const other = await widget.host.service(bots).create({ name: 'No widget' })
  expect((await page('en', other.number)).status).toBe(404)
})

test('what stands in the address is shown as a text', async () => {
  const { status, text } = await page('en', '<img src=x onerror=alert(1)>')
  expect(status).toBe(404)
  expect(text).not.toContain('<img')
})
