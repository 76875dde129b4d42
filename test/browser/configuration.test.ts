import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readArchive, writeArchive, type ArchivedFile } from '../../ui-shell/src/configuration/zip-archive.ts'
import { phone, TestBrowser } from './browser.ts'
import { Desk } from './desk.ts'
import { administrator, ParleyHost } from './parley-host.ts'
import { picture } from './screenshot.ts'
import { openTeaShop } from './tea-shop.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const token = 'conversations/accounts/tea-shop-telegram/config/token'
const botFile = 'conversations/bots/tea-shop.yaml'
const telegramFile = 'conversations/accounts/tea-shop-telegram.yaml'

let host: ParleyHost
let browser: TestBrowser
let exported: readonly ArchivedFile[]

beforeAll(async () => {
  host = await ParleyHost.start()
  browser = await TestBrowser.start()
  await openTeaShop(host)
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await host?.[Symbol.asyncDispose]()
})

const seriousFindings = async (page: Page): Promise<unknown[]> => {
  await page.evaluate(axeSource)
  const { violations } = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> } }
    return await axe.run()
  })
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => [id, nodes[0]?.html])
}

const choose = async (page: Page, name: string, content: Blob | string): Promise<void> =>
  page
    .getByTestId('configuration-file')
    .locator('input[type=file]')
    .setInputFiles({ name, mimeType: 'application/zip', buffer: Buffer.from(await new Blob([content]).arrayBuffer()) })

const signedIn = async (options: Parameters<TestBrowser['person']>[0] = {}): Promise<Page> => {
  const desk = new Desk(await browser.person(options))
  await desk.signIn(host.url, administrator)
  await desk.page.goto(`${host.url}/settings/configuration`)
  await desk.page.getByTestId('configuration-page').waitFor()
  return desk.page
}

test('what is set up is taken away as files, looked at, and brought back changed', async () => {
  const page = await signedIn()
  await picture(page, 'configuration')
  expect(await seriousFindings(page)).toEqual([])
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('configuration-export').click()])
  expect(download.suggestedFilename()).toMatch(/^configuration-\d{4}-\d\d-\d\d\.zip$/)
  exported = await readArchive(new Blob([readFileSync(await download.path())]))
  expect(exported.find(({ path }) => path === botFile)?.text).toContain('name: Tea Shop')
  await page.getByTestId('configuration-exported').waitFor()

  const telegram = `bot: tea-shop\nchannel: telegram\ntitle: Telegram\nactive: false\nconfig:\n  token:\n    $secret: ${token}\n`
  const changed = [
    ...exported.map((file) => (file.path === botFile ? { ...file, text: file.text.replace('name: Tea Shop', 'name: Tea & Coffee') } : file)),
    { path: telegramFile, text: telegram },
  ]
  await choose(page, 'staging.zip', writeArchive(changed))
  await page.getByTestId(`secret-${token}`).waitFor()
  expect((await page.getByTestId(`change-${botFile}`).innerText()).split('\n')).toEqual(['Changed', botFile, 'name', 'Tea Shop', 'Tea & Coffee'])
  expect(await page.getByTestId('configuration-apply').isDisabled()).toBe(true)
  await picture(page, 'configuration-preview')
  expect(await seriousFindings(page)).toEqual([])

  await page.getByTestId(`secret-${token}`).fill('123456:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghi')
  await page.getByTestId('configuration-secrets').getByRole('button', { name: 'Check again' }).click()
  await page.getByTestId('configuration-summary').getByText('1 new, 1 changed').waitFor()
  await page.locator('[data-testid=configuration-apply]:not([disabled])').click()
  await page.getByRole('alertdialog').getByText('1 new, 1 changed').waitFor()
  await picture(page, 'configuration-confirm')
  await page.getByTestId('confirm-yes').click()
  await page.getByTestId('configuration-done').waitFor()
  await picture(page, 'configuration-done')
  expect(await seriousFindings(page)).toEqual([])

  const api = await host.api()
  const { bots } = await api.get('/conversations/bots')
  expect(bots.map(({ name }: { name: string }) => name)).toEqual(['Tea & Coffee'])
  const { items } = await api.get('/audit?action=configuration.import')
  expect(items).toMatchObject([{ actor: { kind: 'user' }, after: { added: 1, changed: 1, removed: 0 } }])
  expect(await page.content()).not.toContain('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghi')

  await page.getByTestId('configuration-again').click()
  await choose(page, 'staging.zip', writeArchive(changed))
  await page.getByText('Nothing differs').waitFor()
  await picture(page, 'configuration-same')
  expect(browser.complaints()).toEqual([])
})

test('what cannot be read, what is wrong and what was changed here is told before anything is written', async () => {
  const page = await signedIn()
  await choose(page, 'notes.zip', 'not an archive')
  expect(await page.getByTestId('configuration-refused').innerText()).toContain('This is no ZIP archive')
  await choose(
    page,
    'broken.zip',
    writeArchive([
      { path: botFile, text: 'name: [' },
      { path: 'conversations/bots/other.yaml', text: 'nme: Other\n' },
    ]),
  )
  const problems = page.getByTestId('configuration-problems')
  await problems.waitFor()
  expect(await problems.innerText()).toContain('conversations/bots/other.yaml')
  await picture(page, 'configuration-problems')
  expect(await seriousFindings(page)).toEqual([])

  // the first export is older than the import of the other test
  await page.getByRole('button', { name: 'Choose another' }).click()
  const conflicting = exported.map((file) => (file.path === botFile ? { ...file, text: file.text.replace('Tea Shop', 'Old Shop') } : file))
  const api = await host.api()
  const { bots } = await api.get('/conversations/bots')
  await api.patch(`/conversations/bots/${bots[0].id}`, { version: bots[0].version, name: 'Changed by hand' })
  await choose(page, 'old.zip', writeArchive(conflicting))
  await page.getByTestId(`change-${botFile}`).waitFor()
  await picture(page, 'configuration-conflict')
  expect(await page.getByTestId(`change-${botFile}`).innerText()).toContain('Changed here too since the last export or import.')
  expect(await page.getByTestId('configuration-apply').isDisabled()).toBe(true)
  await page.getByTestId('configuration-overwrite').click()
  await page.locator('[data-testid=configuration-apply]:not([disabled])').waitFor()

  await host.stop()
  await page.getByTestId('configuration-prune').click()
  await page.getByText('Nothing was written.').waitFor()
  await picture(page, 'configuration-failed')
  await host.run()
  await page.getByTestId('configuration-page').getByRole('button', { name: 'Try again' }).click()
  await page.getByText('Nothing was written.').waitFor({ state: 'hidden' })
  await page.getByTestId('configuration-prune').click()
  await page.locator('[data-testid=configuration-apply]:not([disabled])').click()
  await page.getByTestId('confirm-yes').waitFor()
  await host.stop()
  await page.getByTestId('confirm-yes').click()
  await page.getByText('The import got no answer').waitFor()
  await host.run()
  await page.getByTestId('configuration-page').getByRole('button', { name: 'Try again' }).click()
  await page.locator('[data-testid=configuration-apply]:not([disabled])').waitFor()
})

test('in Ukrainian, in the dark and on a phone it is the same', async () => {
  const page = await signedIn({ locale: 'uk-UA', colorScheme: 'dark', viewport: phone })
  await choose(page, 'staging.zip', writeArchive(exported.map((file) => ({ ...file, text: file.text.replace('name: Support', 'name: Підтримка') }))))
  await page.getByTestId('configuration-summary').waitFor()
  await picture(page, 'configuration-uk')
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
  expect(sideways).toBe(false)
  expect(await seriousFindings(page)).toEqual([])
})
