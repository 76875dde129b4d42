import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { phone, TestBrowser } from './browser.ts'
import { Desk } from './desk.ts'
import { administrator, ParleyHost } from './parley-host.ts'
import { picture } from './screenshot.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const most = ['clients', 'scenario-runtime', 'channel-widget', 'channel-telegram', 'channel-custom']

let host: ParleyHost
let browser: TestBrowser

beforeAll(async () => {
  host = await ParleyHost.start()
  browser = await TestBrowser.start()
  await host.command('licence', 'keygen', '--out', 'keys')
  const file = join(host.home, 'config/default.yaml')
  const config = JSON.parse(readFileSync(file, 'utf8')) as { host: object }
  const key = readFileSync(join(host.home, 'keys/licence-public.pub'), 'utf8').trim()
  config.host = { ...config.host, licence: { required: true, keys: [key] } }
  writeFileSync(file, JSON.stringify(config))
  await issue('config/licence.json', most, '--days', '5', '--trial')
  await host.stop()
  await host.run()
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await host?.[Symbol.asyncDispose]()
})

const issue = (out: string, features: readonly string[], ...more: readonly string[]): Promise<string> =>
  host.command(
    ...['licence', 'issue', '--key', 'keys/licence-private.pem', '--customer', 'ACME', '--limit', 'operators=3', '--out', out],
    ...features.flatMap((feature) => ['--feature', feature]),
    ...more,
  )

const seriousFindings = async (page: Page): Promise<unknown[]> => {
  await page.evaluate(axeSource)
  const { violations } = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> } }
    return await axe.run()
  })
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => [id, nodes[0]?.html])
}

test('a plugin that is not licensed says what it would bring, an upload licenses it, and one that is taken away is suspended at once', async () => {
  const desk = new Desk(await browser.person())
  const { page } = desk
  await desk.signIn(host.url, administrator)
  const notice = page.getByTestId('licence-notice')
  expect(await notice.innerText()).toMatch(/^The trial of ACME ends in \d days\. Open the licence/)
  expect(await page.getByTestId('nav-operator-panel').count()).toBe(0)
  // also below an address that the plugin would have outside its own
  for (const path of ['/operator-panel/mine', '/settings-page/subjects']) {
    await page.goto(`${host.url}${path}`)
    const told = await page.getByTestId('unlicensed').innerText()
    expect(told).toContain('“Operator panel” is not part of your licence')
    expect(told).toContain('The page “Inbox”')
    expect(told).toContain('operator-panel')
  }
  await picture(page, 'unlicensed')
  expect(await seriousFindings(page)).toEqual([])

  await page.getByTestId('unlicensed').getByRole('link', { name: 'Open the licence' }).click()
  const licence = page.getByTestId('licence-page')
  await licence.getByText('Active people').waitFor()
  expect(await licence.innerText()).toMatch(/Active people\n1 of 3/)
  expect(await page.getByTestId('licensed-operator-panel').innerText()).toContain('Not licensed')
  await picture(page, 'licence')
  expect(await seriousFindings(page)).toEqual([])

  const upload = async (name: string, content: string): Promise<void> =>
    page
      .getByTestId('licence-file')
      .locator('input[type=file]')
      .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(content) })
  await issue('next.json', [...most, 'operator-panel'], '--expires', '2099-12-31')
  const next = readFileSync(join(host.home, 'next.json'), 'utf8')
  await upload('changed.json', next.replace('"operators": 3', '"operators": 300'))
  expect(await page.getByTestId('licence-refused').innerText()).toContain('was changed after it was signed')
  await picture(page, 'licence-refused')
  await upload('next.json', next)
  await page.getByTestId('licensed-operator-panel').getByText('Waits for a restart').waitFor()
  expect(await page.getByTestId('licence-refused').count()).toBe(0)
  await picture(page, 'licence-restart')

  await host.stop()
  await host.run()
  await page.goto(`${host.url}/settings/licence`)
  await page.getByTestId('nav-operator-panel').waitFor()
  expect(await notice.count()).toBe(0)

  await issue('less.json', most, '--expires', '2099-12-31')
  await upload('less.json', readFileSync(join(host.home, 'less.json'), 'utf8'))
  await page.getByTestId('licensed-operator-panel').getByText('Suspended').waitFor()
  await page.goto(`${host.url}/operator-panel/mine`)
  expect(await page.getByTestId('unlicensed').innerText()).toContain('All its data is kept')
  await picture(page, 'suspended')
  expect(browser.complaints()).toEqual([])
})

test('in Ukrainian, in the dark and on a phone it says the same', async () => {
  const desk = new Desk(await browser.person({ locale: 'uk-UA', colorScheme: 'dark', viewport: phone }))
  const { page } = desk
  await desk.signIn(host.url, administrator)
  await page.goto(`${host.url}/operator-panel/mine`)
  expect(await page.getByTestId('unlicensed').innerText()).toContain('«Панель оператора» призупинено: ліцензія на це вже не діє')
  await picture(page, 'suspended-uk')
  await page.goto(`${host.url}/settings/licence`)
  await page.getByTestId('licence-page').getByText('Активні люди').waitFor()
  await picture(page, 'licence-uk')
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
  expect(sideways).toBe(false)
  expect(await seriousFindings(page)).toEqual([])
})
