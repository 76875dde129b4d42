import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from './browser.ts'
import { Desk } from './desk.ts'
import { administrator, ParleyHost } from './parley-host.ts'
import { picture } from './screenshot.ts'

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

test('a plugin whose UI cannot be loaded is named with its reason, and the rest works', async () => {
  const desk = new Desk(await browser.person())
  const { page } = desk
  await page.route('**/ui/plugins/scenario-runtime/**', (route) => route.abort())
  await desk.signIn(host.url, administrator)
  await page.goto(`${host.url}/scenario-runtime`)
  const notice = page.getByTestId('plugin-failed-scenario-runtime')
  await notice.waitFor()
  expect(await notice.innerText()).toMatch(/Code: scenario-runtime\/(style|entry)/)
  await picture(page, 'failed-ui')
  expect(await page.getByTestId('nav-scenario-runtime').count()).toBe(0)
  await desk.openInbox(host.url)
  await page.unrouteAll()
  await page.goto(`${host.url}/scenario-runtime`)
  await page.getByTestId('nav-scenario-runtime').waitFor()
  expect(await notice.count()).toBe(0)
})

test('a plugin that the host does not run, and what needs it, vanish from the navigation; their pages say why', async () => {
  host.configure((config) => {
    config.plugins['scenario-runtime'].config = { maxSteps: 'many' }
    // on a public page reasons are told only where that is wished for
    config.system = { open: true }
  })
  await host.restart()
  const desk = new Desk(await browser.person())
  const { page } = desk
  await desk.signIn(host.url, administrator)
  await page.getByTestId('nav-settings-page/bots').waitFor()
  expect(await page.getByTestId('nav-operator-panel').count()).toBe(0)
  await page.goto(`${host.url}/operator-panel/mine`)
  const notice = page.getByTestId('plugin-failed-operator-panel')
  await notice.waitFor()
  expect(await notice.innerText()).toContain('scenario-runtime')
  await picture(page, 'failed-server')
  await page.goto(`${host.url}/scenario-runtime`)
  expect(await page.getByTestId('plugin-failed-scenario-runtime').innerText()).toContain('maxSteps')
})
