import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from './browser.ts'
import { CutWire } from './cut-wire.ts'
import { ParleyHost } from './parley-host.ts'
import { picture } from './screenshot.ts'
import { olena, openTeaShop, type TeaShop } from './tea-shop.ts'
import { Visitor } from './visitor.ts'

const within = { timeout: 30_000 }
const megabyte = 1024 * 1024

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

const file = (name: string) => ({ name, mimeType: 'application/pdf', buffer: Buffer.alloc(3 * megabyte, name) })

test('a file is neither lost nor doubled when the line breaks in the middle of it, nor over a reload', async () => {
  await using wire = await CutWire.lay(host.url)
  const visitor = new Visitor(await browser.person())
  const { page } = visitor
  await visitor.open(wire.url, shop.bot)
  await visitor.asksForOperator()
  const chosen = page.getByTestId('widget-file')
  const stored = (name: string) => visitor.own(name).locator('a[href*="/files/"]')

  wire.cutUploadsAfter(megabyte)
  await chosen.setInputFiles(file('contract.pdf'))
  await visitor.say('said after the contract')
  await expect.poll(() => wire.cuts, within).toBeGreaterThan(0)
  await visitor.own('contract.pdf').getByText('Sending').waitFor()
  await picture(page, 'widget-upload-cut')
  wire.mend()
  await expect.poll(() => stored('contract.pdf').count(), within).toBe(1)

  wire.cutUploadsAfter(2 * megabyte)
  const before = wire.cuts
  await chosen.setInputFiles(file('passport.pdf'))
  await visitor.say('said after the passport')
  await expect.poll(() => wire.cuts, within).toBeGreaterThan(before)
  await page.reload()
  await visitor.own('passport.pdf').getByText('Sending').waitFor()
  wire.mend()
  await expect.poll(() => stored('passport.pdf').count(), within).toBe(1)
  await expect.poll(() => visitor.own('said after the passport').filter({ hasNotText: 'Sending' }).count(), within).toBe(1)

  const operator = await host.api(olena)
  const { requests } = await operator.get('/operator-panel/requests?folder=queue')
  const request = `/operator-panel/requests/${requests[0].id}`
  const { messages } = await operator.get(`${request}/messages?limit=100`)
  const sent = (messages as { author: { kind: string }; content: { kind: string; text?: string; media?: { name: string; size: number } } }[])
    .filter(({ author, content }) => author.kind === 'client' && (content.kind === 'file' || content.text?.startsWith('said')))
    .map(({ content }) => content.text ?? `${content.media?.name} ${content.media?.size}`)
  const size = 3 * megabyte
  expect(sent).toEqual([`contract.pdf ${size}`, 'said after the contract', `passport.pdf ${size}`, 'said after the passport'])

  await operator.post(`${request}/take`)
  const media = { url: `${host.url}/widget/kw.js`, name: 'prices.pdf', type: 'application/pdf', size: 48_200 }
  await operator.post(`${request}/messages`, { clientKey: 'with-caption', content: { kind: 'file', media, text: 'Our prices of this week' } })
  await visitor.reads('Our prices')
  const bubble = page.getByTestId('incoming-message').filter({ hasText: 'Our prices' })
  // measured at one moment: the line is drawn anew when the file has come to Parley
  const captionIsBelow = (): Promise<boolean> =>
    bubble.evaluate((element) => {
      const link = [...element.querySelectorAll('a')].find(({ textContent }) => textContent.includes('prices.pdf'))!
      const caption = [...element.querySelectorAll('*')].findLast(({ textContent }) => textContent.startsWith('Our prices'))!
      return caption.getBoundingClientRect().top >= link.getBoundingClientRect().bottom
    })
  await expect.poll(captionIsBelow, within).toBe(true)
  await picture(page, 'widget-caption')
})

test('a file chosen before the server was ever reached is sent by whom it then is', async () => {
  const visitor = new Visitor(await browser.person())
  const { page } = visitor
  await page.goto(`${host.url}/widget/en/?bot-id=${shop.bot}`)
  await page.getByTestId('widget-launcher').waitFor()
  await page.context().setOffline(true)
  await page.getByTestId('widget-launcher').click()
  await page.getByTestId('widget-file').setInputFiles(file('early.pdf'))
  await visitor.own('early.pdf').getByText('Sending').waitFor()
  await page.context().setOffline(false)
  await expect.poll(() => visitor.own('early.pdf').locator('a[href*="/files/"]').count(), within).toBe(1)
})

test('a file that the browser did not keep says so, and can be chosen again', async () => {
  const visitor = new Visitor(await browser.person())
  const { page } = visitor
  await page.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }))
  await page.goto(`${host.url}/widget/en/?bot-id=${shop.bot}`)
  await page.getByTestId('widget-launcher').click()
  await visitor.reads('How can we help?')
  let uploads = 0
  await page.route(/channel-widget\/files/, (route) => {
    uploads++
    return route.abort()
  })
  await page.getByTestId('widget-file').setInputFiles(file('lost.pdf'))
  await expect.poll(() => uploads, within).toBeGreaterThan(0)
  await page.reload()
  const row = visitor.own('lost.pdf')
  await row.getByText('Not sent: the browser did not keep the file.').waitFor()
  await picture(page, 'widget-file-gone')
  // What was not sent is no answer to the question.
  expect(await visitor.log.getByRole('button', { name: 'Operator' }).isEnabled()).toBe(true)
  await page.unroute(/channel-widget\/files/)
  const choosing = page.waitForEvent('filechooser')
  await row.getByRole('button', { name: 'Choose it again' }).click()
  await (await choosing).setFiles(file('found.pdf'))
  await expect.poll(() => visitor.own('found.pdf').locator('a[href*="/files/"]').count(), within).toBe(1)
  expect(await row.count()).toBe(0)
})
