import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Outside } from '../authors/outside.ts'
import { desktop, phone, TestBrowser } from './browser.ts'
import { Desk } from './desk.ts'
import { FakeLine } from './fake-line.ts'
import { administrator, ParleyHost } from './parley-host.ts'
import { picture } from './screenshot.ts'
import { olena, openTeaShop, type TeaShop } from './tea-shop.ts'

const site = 'https://chat.example.com'
const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
const within = { timeout: 20_000 }

let outside: Outside
let line: FakeLine
let host: ParleyHost
let browser: TestBrowser
let shop: TeaShop
let tarball: string

beforeAll(async () => {
  outside = await Outside.open()
  line = await FakeLine.start()
  host = await ParleyHost.start({ outbound: { allow: [line.address] } })
  browser = await TestBrowser.start()
  shop = await openTeaShop(host)
}, 600_000)
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await host?.[Symbol.asyncDispose]()
  await line?.[Symbol.asyncDispose]()
  outside?.[Symbol.dispose]()
})

/** What the client sees last. */
const lastShown = (): unknown => line.shown.at(-1)

const openWizard = async (page: Page): Promise<void> => {
  await page.goto(`${host.url}/settings-page/bots/${shop.botId}`)
  await page.getByRole('button', { name: 'Connect a channel' }).first().click()
  await page.getByTestId('kind-telegram').waitFor()
}

test('the LINE channel is checked, tested and packed outside the workspace', async () => {
  const folder = outside.copy('parley-channel-line')
  expect(await outside.parleyPlugin(folder, 'check')).toBe('Nothing is wrong.\n')
  await outside.script(folder, 'typecheck')
  expect(await outside.script(folder, 'test')).toMatch(/Tests +\d+ passed \(\d+\)/)
  const packed = JSON.parse(await outside.parleyPlugin(folder, 'pack', '--json')) as { file: string; integrity: string }
  tarball = packed.file
  expect(packed.integrity).toMatch(/^sha512-/)
}, 600_000)

test('a running installation that demands signatures takes the tarball only signed, and runs it from the next start on', async () => {
  const desk = new Desk(await browser.person())
  const { page } = desk
  await desk.signIn(host.url, administrator)
  await openWizard(page)
  expect(await page.getByTestId('kind-line').count()).toBe(0)

  const key = join(outside.home, 'acme.pem')
  const publicKey = /ed25519:[^']+/.exec(await host.command('plugins', 'keygen', '--out', key))![0]
  host.configure((config) => {
    config.host = { ...config.host, signatures: 'required', publishers: { acme: publicKey } }
    config.server = { publicUrl: site }
  })
  await expect(host.command('plugins', 'add', tarball, '--yes')).rejects.toThrow(/not signed/)
  await host.command('plugins', 'sign', tarball, '--key', key)
  const told = await host.command('plugins', 'add', tarball, '--yes')
  for (const words of ['LINE', 'acme', 'api.line.me', 'conversations.channels@1']) expect(told).toContain(words)
  const lock = readFileSync(join(host.home, 'config/plugins.lock.yaml'), 'utf8')
  for (const words of ['line:', '1.0.0', 'sha512-']) expect(lock).toContain(words)

  await host.restart()
  await openWizard(page)
  await page.getByTestId('kind-line').waitFor()
})

test('an account is connected in the shell: its form, what LINE says, its webhook, what is left to do', async () => {
  const desk = new Desk(await browser.person())
  const { page } = desk
  await desk.signIn(host.url, administrator)
  await openWizard(page)
  await picture(page, 'line-kinds')
  await page.getByTestId('kind-line').click()
  await page.getByTestId('field-channelAccessToken').fill('a-token-that-is-not-the-one')
  await page.getByTestId('field-channelSecret').fill(line.secret)
  await page.getByTestId('field-apiRoot').fill(line.url)
  await page.getByTestId('proceed').click()
  await page.getByTestId('check-broken').getByText('LINE does not accept the channel access token').waitFor()
  await picture(page, 'line-form')
  await page.getByTestId('field-channelAccessToken').fill(line.accessToken)
  await page.getByTestId('proceed').click()
  await page.getByTestId('check-ok').getByText('Tea Shop in LINE').waitFor()
  await page.getByTestId('proceed').click()
  await page.getByTestId('step-1').getByText('Switch on the webhook').waitFor()
  await picture(page, 'line-steps')
  expect(line.endpoint).toMatch(`${site}/hooks/line/`)
  expect(await page.getByTestId('step-1').textContent()).toContain(line.endpoint)
})

test('a token that ends soon is told beside the account', async () => {
  const desk = new Desk(await browser.person())
  const { page } = desk
  await desk.signIn(host.url, administrator)
  await page.goto(`${host.url}/settings-page/bots/${shop.botId}`)
  const card = page.locator('.account-card', { hasText: 'Tea Shop in LINE' })
  await card.getByText('Works', { exact: true }).waitFor()
  line.tokenSeconds = 10.5 * 86_400
  await card.getByRole('button', { name: 'Check now' }).click()
  await card.getByText('Its token ends in 10 days').waitFor()
  expect(await card.textContent()).toContain('Needs attention')
  await picture(page, 'line-token-ends')
  line.tokenSeconds = 3_138_007_490
})

test('a client of LINE comes to an operator, who answers, sends a picture and asks for the place with the plugin’s own button', async () => {
  expect(await line.sends(host.url, line.message({ type: 'text', text: 'I am somebody else' }), 'another-secret')).toBe(401)
  expect(await line.sends(host.url, { type: 'follow', replyToken: 'token', follow: { isUnblocked: false } })).toBe(200)
  const menu = { text: expect.stringContaining('How can we help?'), actions: expect.arrayContaining([expect.objectContaining({ type: 'postback' })]) }
  await expect.poll(lastShown, within).toMatchObject({ type: 'template', template: { type: 'buttons', ...menu } })
  const { actions } = line.shown.at(-1).template
  const { data } = actions.find(({ label }: { label: string }) => label.includes('Оператор'))
  await line.sends(host.url, { type: 'postback', replyToken: 'token', postback: { data } })
  await expect.poll(lastShown, within).toMatchObject({ text: expect.stringContaining('leave your phone number') })
  await line.sends(host.url, line.message({ type: 'text', text: '+380 50 111 22 33' }))

  const desk = new Desk(await browser.person())
  const { page } = desk
  await desk.signIn(host.url, olena)
  await desk.openInbox(host.url, 'queue')
  // as its plugin calls itself, not as it is stored
  await desk.rows.first().getByTestId('channel').getByText('LINE', { exact: true }).waitFor()
  await desk.rows.first().click()
  await page.locator('header').getByTestId('channel').getByText('LINE', { exact: true }).waitFor()
  await page.getByTestId('take').click()
  await desk.composer.fill('Good afternoon! Where shall we bring the tea?')
  await desk.composer.press('Enter')
  await expect.poll(lastShown, within).toEqual({ type: 'text', text: 'Good afternoon! Where shall we bring the tea?' })

  const photo = line.message({ type: 'image', contentProvider: { type: 'line' } }) as { message: { id: string } }
  line.files.set(photo.message.id, pixel)
  await line.sends(host.url, photo)
  await desk.messages.locator('img').last().waitFor()

  await page.locator('input[type=file]').setInputFiles({ name: 'jasmine.png', mimeType: 'image/png', buffer: pixel })
  await page.getByText('jasmine.png').waitFor()
  await page.getByTestId('send').click()
  await expect.poll(lastShown, within).toMatchObject({ type: 'image', originalContentUrl: expect.stringContaining(`${site}/`) })
  const { pathname, search } = new URL(line.shown.at(-1).originalContentUrl)
  expect(Buffer.from(await (await fetch(host.url + pathname + search)).arrayBuffer())).toEqual(pixel)

  await desk.composer.fill('We deliver in Kyiv today.')
  await page.getByTestId('line-place').click()
  await picture(page, 'line-place')
  await page.getByTestId('line-ask').click()
  const action = { type: 'location', label: 'Share my location' }
  await expect.poll(lastShown, within).toMatchObject({ text: 'We deliver in Kyiv today.', quickReply: { items: [{ type: 'action', action }] } })
  expect(await desk.composer.inputValue()).toBe('')
  const place = { type: 'location', title: 'Home', address: 'Khreshchatyk 1, Kyiv', latitude: 50.45, longitude: 30.52 }
  await line.sends(host.url, line.message(place))
  await desk.reads('Home')
  await picture(page, 'line-dialog')

  await page.setViewportSize(phone)
  // in one row, and the button that sends is whole
  const boxOf = async (testId: string) => (await page.getByTestId(testId).boundingBox())!
  const middle = async (testId: string): Promise<number> => ((box) => box.y + box.height / 2)(await boxOf(testId))
  await expect.poll(async () => Math.abs((await middle('line-place')) - (await middle('send'))), within).toBeLessThan(4)
  const send = await boxOf('send')
  expect(send.x + send.width).toBeLessThanOrEqual(phone.width)
  await picture(page, 'line-dialog-phone')
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.locator('html[data-theme=dark]').waitFor()
  await picture(page, 'line-dialog-phone-dark')
  await page.setViewportSize(desktop)
  await picture(page, 'line-dialog-dark')
  expect(browser.complaints()).toEqual([])
})
