import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { phone, TestBrowser } from './browser.ts'
import { Desk } from './desk.ts'
import { administrator, ParleyHost } from './parley-host.ts'
import { picture } from './screenshot.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let host: ParleyHost
let browser: TestBrowser

beforeAll(async () => {
  host = await ParleyHost.start()
  browser = await TestBrowser.start()
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await host?.[Symbol.asyncDispose]()
})

const opened = async (options: Parameters<TestBrowser['person']>[0], plugin = 'channel-telegram'): Promise<Page> => {
  const desk = new Desk(await browser.person(options))
  await desk.signIn(host.url, administrator)
  await desk.page.goto(`${host.url}/settings/plugins/${plugin}`)
  await desk.page.getByTestId('plugin-touches').waitFor()
  return desk.page
}

const seriousFindings = async (page: Page): Promise<unknown> => {
  // what moves in has its colours only when it has come
  await page.waitForFunction(() => document.getAnimations().every((one) => one.playState !== 'running'))
  await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const { violations } = await (globalThis as any).axe.run(document)
    return violations.filter(({ impact }: any) => impact === 'serious' || impact === 'critical').map(({ id, nodes }: any) => [id, nodes[0].html])
  })
}

test('a plugin is disabled with its consequences told, its API goes away, and undo brings it back', async () => {
  const page = await opened({})
  await picture(page, 'plugin-light')
  await page.getByTestId('plugin-disable').click()
  const dialog = page.getByTestId('plugin-dialog')
  await dialog.waitFor()
  await picture(page, 'plugin-disable-light')
  expect(await seriousFindings(page)).toEqual([])
  await dialog.getByRole('textbox').fill('The contract with Telegram ended')
  await page.getByTestId('plugin-confirm').click()
  await page.getByTestId('plugin-decision').filter({ hasText: 'The contract with Telegram ended' }).waitFor()
  await picture(page, 'plugin-disabled-light')
  const state = async (): Promise<string> =>
    ((await (await fetch(`${host.url}/system/plugins`)).json()) as { id: string; state: string }[]).find(({ id }) => id === 'channel-telegram')!.state
  expect(await state()).not.toBe('running')
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByTestId('plugin-disable').waitFor()
  await expect.poll(state).toBe('running')
  await page.context().close()
})

test.each([
  ['in the dark', { colorScheme: 'dark' as const }, 'dark'],
  ['in high contrast', { contrast: 'more' as const }, 'contrast'],
  ['on a phone', { viewport: phone }, 'phone'],
])('what a plugin touches and what stops without it can be read %s', async (_, options, name) => {
  const page = await opened(options)
  await picture(page, `plugin-${name}`)
  expect(await seriousFindings(page)).toEqual([])
  await page.getByTestId('plugin-quarantine').click()
  await page.getByTestId('plugin-dialog').waitFor()
  await picture(page, `plugin-quarantine-${name}`)
  expect(await seriousFindings(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  await page.keyboard.press('Escape')
  await page.getByTestId('plugin-dialog').waitFor({ state: 'detached' })
  await page.context().close()
})

test('what a plugin may and what it misses while it is disabled is said in Ukrainian, too', async () => {
  const page = await opened({ locale: 'uk-UA', viewport: phone }, 'operator-panel')
  // the words for its rights come with the plugin
  await page.getByTestId('plugin-touches').getByText('Звернення інших операторів').waitFor()
  await page.getByTestId('plugin-disable').click()
  await page.getByTestId('plugin-dialog').getByText('Те, що станеться після перезапуску').waitFor()
  await picture(page, 'plugin-disable-uk')
  expect(await seriousFindings(page)).toEqual([])
  await page.context().close()
})
