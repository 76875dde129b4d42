import { createHash } from 'node:crypto'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from './browser.ts'
import { Desk } from './desk.ts'
import { buildHello } from './hello-plugin.ts'
import { administrator, ParleyHost, repository } from './parley-host.ts'
import { picture } from './screenshot.ts'
import { openTeaShop, type TeaShop } from './tea-shop.ts'
import { Visitor } from './visitor.ts'

let host: ParleyHost
let browser: TestBrowser
let shop: TeaShop
/** Somebody's own folder, far from this repository. */
const folder = mkdtempSync(join(tmpdir(), 'acme-hello-'))

beforeAll(async () => {
  host = await ParleyHost.start()
  browser = await TestBrowser.start()
  shop = await openTeaShop(host)
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await host?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** What was built of the shell and the host, as one hash. */
const built = (): string => {
  const hash = createHash('sha256')
  for (const part of ['ui-shell/dist', 'host/dist', 'plugins/operator-panel/dist']) {
    const files = readdirSync(join(repository, part), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    for (const { parentPath, name } of files) hash.update(name).update(readFileSync(join(parentPath, name)))
  }
  return hash.digest('hex')
}

test('a plugin built outside, named in the lock file, works after a restart and a reload; changed files are refused', async () => {
  // What a third party does: write it, install the published packages, build.
  buildHello(folder)

  const before = built()
  const desk = new Desk(await browser.person())
  const { page } = desk
  await desk.signIn(host.url, administrator)
  expect(await page.getByTestId('nav-hello').count()).toBe(0)

  await host.command('plugins', 'add', folder, '--yes')
  const lock = readFileSync(join(host.home, 'config/plugins.lock.yaml'), 'utf8')
  for (const part of [folder, '1.0.0', 'sha512-']) expect(lock).toContain(part)
  await host.restart()
  await page.reload()
  await page.getByTestId('nav-hello').click()
  await page.getByTestId('greeting').getByText('Greetings from afar').waitFor()
  await picture(page, 'outside-page')

  // Its panel beside a dialog, under a title in the reader's language.
  const visitor = new Visitor(await browser.person())
  await visitor.open(host.url, shop.bot)
  await visitor.asksForOperator()
  await desk.openInbox(host.url, 'queue')
  await desk.rows.first().click()
  await page.getByTestId('hello-panel').getByText('36').waitFor()
  await page.getByRole('heading', { name: 'Seen by hello' }).waitFor()
  await picture(page, 'outside-panel')

  // A page that throws is its own problem.
  await page.goto(`${host.url}/hello/broken`)
  await page.getByTestId('failed-hello').waitFor()
  await page.getByTestId('nav-operator-panel').or(page.getByTestId('nav-operator-panel/mine')).first().click()
  await desk.rows.first().or(page.getByTestId('inbox')).first().waitFor()

  const ukrainian = new Desk(await browser.person({ locale: 'uk-UA' }))
  await ukrainian.signIn(host.url, administrator)
  await ukrainian.page.goto(`${host.url}/hello`)
  await ukrainian.page.getByTestId('greeting').getByText('Привіт').waitFor()
  expect(built()).toBe(before)

  // Somebody changes a file: it is not what was approved.
  appendFileSync(join(folder, 'dist/server/plugin.js'), '\n// changed\n')
  await host.restart()
  const plugins = (await (await fetch(`${host.url}/system/plugins`)).json()) as { id: string; state: string; reason?: string }[]
  const hello = plugins.find(({ id }) => id === 'hello')
  expect(hello?.state).toBe('failed')
  expect(hello?.reason).toContain('are not those of config/plugins.lock.yaml')
  await page.goto(`${host.url}/hello`)
  await page.getByTestId('plugin-failed-hello').waitFor()
  expect(await page.getByTestId('nav-hello').count()).toBe(0)
  await desk.openInbox(host.url, 'queue')
  await desk.rows.first().waitFor()

  await host.command('plugins', 'add', folder, '--yes')
  await host.restart()
  await page.goto(`${host.url}/hello`)
  await page.getByTestId('greeting').getByText('Greetings from afar').waitFor()
})
