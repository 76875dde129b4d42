// npm run screenshots: starts Parley with its demo in a temporary folder and takes the pictures in docs/images.
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildStale } from './lib/build-stale.mjs'
import { install } from './lib/install.mjs'
import { requireNode } from './lib/node-version.mjs'
import { root } from './lib/run.mjs'
import { findChromium } from './lib/tools.mjs'

requireNode()
await install()
await buildStale()

const port = 39_517
const url = `http://127.0.0.1:${port}`
const folder = mkdtempSync(join(tmpdir(), 'parley-pictures-'))
chmodSync(folder, 0o755)
const host = spawn(process.execPath, ['host/dist/main.js', 'start', '--demo'], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    ...process.env,
    PORT: String(port),
    PARLEY_DATA_DIR: folder,
    PARLEY_ADMIN_LOGIN: 'admin@parley.local',
    PARLEY_ADMIN_PASSWORD: 'pictures-of-parley-1',
  },
})
const ended = new Promise((resolve) => host.once('exit', resolve))

const { chromium } = await import('playwright-core')
const browser = await chromium.launch({ executablePath: findChromium(), headless: true, args: ['--no-sandbox', '--disable-gpu'] })
const desktop = { width: 1440, height: 900 }
const phone = { width: 390, height: 844 }

const open = async (options, login = 'oksana.koval@demo.parley', password = 'demo-parley') => {
  const context = await browser.newContext({ viewport: desktop, locale: 'en-GB', reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  await page.goto(url)
  await page.getByTestId('login').fill(login)
  await page.getByTestId('password').fill(password)
  await page.getByTestId('sign-in-submit').click()
  await page.getByTestId('account').waitFor()
  return page
}
const take = async (page, name) => {
  await page.waitForLoadState('networkidle')
  await page.screenshot({ path: join(root, 'docs/images', `${name}.png`) })
  console.log(`docs/images/${name}.png`)
}

try {
  for (let tries = 0; !(await fetch(`${url}/health/ready`).catch(() => undefined))?.ok; tries += 1) {
    if (tries > 600 || host.exitCode !== null) throw new Error('Parley did not start.')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  for (const [name, options] of [
    ['inbox-light', {}],
    ['inbox-dark', { colorScheme: 'dark', locale: 'uk-UA' }],
  ]) {
    const page = await open(options)
    await page.goto(`${url}/operator-panel/mine`)
    await page.getByTestId('request-row').nth(1).click()
    await page.getByTestId('message').last().waitFor()
    await take(page, name)
  }
  const handheld = await open({ viewport: phone, deviceScaleFactor: 2 })
  await handheld.goto(`${url}/operator-panel/mine`)
  await handheld.getByTestId('request-row').first().waitFor()
  await take(handheld, 'inbox-phone')

  const admin = await open({}, 'admin@parley.local', 'pictures-of-parley-1')
  for (const [name, path] of [
    ['bots', '/settings-page/bots'],
    ['scenarios', '/scenario-runtime'],
    ['roles', '/settings-page/roles'],
    ['users', '/settings-page/users'],
  ]) {
    await admin.goto(`${url}${path}`)
    await take(admin, name)
  }
  await admin.goto(`${url}/action-jail`)
  await admin.getByText('Статус замовлення').first().click()
  await admin.locator('.cm-content').waitFor()
  await take(admin, 'custom-action')
  for (const [name, options] of [
    ['widget-light', {}],
    ['widget-dark', { colorScheme: 'dark' }],
  ]) {
    const context = await browser.newContext({ viewport: { width: 1100, height: 760 }, locale: 'en-GB', reducedMotion: 'reduce', ...options })
    const page = await context.newPage()
    await page.goto(`${url}/widget/en/?bot-id=1`)
    await page.getByTestId('widget-launcher').click()
    await page.getByTestId('incoming-message').last().waitFor()
    await take(page, name)
  }
} finally {
  await browser.close()
  host.kill('SIGTERM')
  await ended
  rmSync(folder, { recursive: true, force: true })
}
