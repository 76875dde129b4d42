import { createHash } from 'node:crypto'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from './browser.ts'
import { Desk } from './desk.ts'
import { packHello } from './hello-plugin.ts'
import { administrator, ParleyHost } from './parley-host.ts'

let host: ParleyHost
let browser: TestBrowser
const folder = mkdtempSync(join(tmpdir(), 'acme-tampered-'))

beforeAll(async () => {
  host = await ParleyHost.start()
  browser = await TestBrowser.start()
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await host?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** As browsers are told it. */
const integrityOf = (file: string): string => `sha384-${createHash('sha384').update(readFileSync(file)).digest('base64')}`

test('UI files that were changed on the way or on the disk do not run, and the rest of the shell does', async () => {
  await host.command('plugins', 'add', packHello(folder), '--yes')
  await host.restart()
  const desk = new Desk(await browser.person())
  const { page } = desk
  await desk.signIn(host.url, administrator)
  await page.goto(`${host.url}/hello`)
  await page.getByTestId('greeting').getByText('Greetings from afar').waitFor()

  // Somebody between the host and the browser adds a line to every script of the plugin.
  await page.route('**/ui/plugins/hello/**/*.js', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, body: `${await response.text()}\nglobalThis.stolen = true\n` })
  })
  await page.goto(`${host.url}/hello`)
  await page.getByTestId('plugin-failed-hello').waitFor()
  expect(await page.evaluate(() => 'stolen' in globalThis)).toBe(false)
  await desk.openInbox(host.url)
  await page.unrouteAll()

  // Somebody changes the files of the running host, and their hashes in the plugin's own list.
  const [version] = readdirSync(join(host.home, 'plugins.d/hello'))
  const ui = join(host.home, 'plugins.d/hello', version!, 'dist/ui')
  const list = join(ui, 'ui-manifest.json')
  let hashes = readFileSync(list, 'utf8')
  for (const file of readdirSync(ui).filter((name) => name.endsWith('.js'))) {
    const before = integrityOf(join(ui, file))
    appendFileSync(join(ui, file), '\nglobalThis.stolen = true\n')
    expect(hashes).toContain(before)
    hashes = hashes.replaceAll(before, integrityOf(join(ui, file)))
  }
  writeFileSync(list, hashes)
  for (const restarted of [false, true]) {
    if (restarted) await host.restart()
    await page.goto(`${host.url}/hello`)
    await page.getByTestId('plugin-failed-hello').waitFor()
    expect(await page.evaluate(() => 'stolen' in globalThis)).toBe(false)
    await desk.openInbox(host.url)
  }
})
