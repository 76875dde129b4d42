import { chromium } from 'playwright-core'
import { findChromium } from '../../scripts/lib/tools.mjs'
import { administrator, median } from './setting.mjs'
import { setUpEcho } from './message-road.mjs'

const slowdown = 4

/** (d) The first load of the inbox with an empty cache: what comes over the line, and when it can be used on a processor four times slower. */
export const firstLoad = async (setting, { rounds }) => {
  const postgres = await setting.postgres()
  const host = await setting.host({ databaseUrl: await postgres.database('first_load') })
  await setUpEcho(host.url, 'http://127.0.0.1:9/')
  const browser = await chromium.launch({ executablePath: findChromium(), headless: true, args: ['--no-sandbox', '--disable-gpu'] })
  const loads = []
  try {
    for (let round = 0; round < rounds; round += 1) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
      const first = await context.newPage()
      await first.goto(host.url)
      await first.getByTestId('login').fill(administrator.login)
      await first.getByTestId('password').fill(administrator.password)
      await first.getByTestId('sign-in-submit').click()
      await first.getByTestId('account').waitFor()
      await first.close()

      const page = await context.newPage()
      const line = await context.newCDPSession(page)
      await line.send('Network.enable')
      await line.send('Network.setCacheDisabled', { cacheDisabled: true })
      await line.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
      let bytes = 0
      line.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength))
      const started = performance.now()
      await page.goto(`${host.url}/operator-panel/mine`)
      await page.getByTestId('inbox-search').waitFor()
      // interactive: it answers to what is typed
      await page.getByTestId('inbox-search').click()
      await page.keyboard.type('a')
      await page.waitForFunction(() =>
        [...document.querySelectorAll('[data-testid=inbox-search], [data-testid=inbox-search] input')].some((field) => field.value === 'a'),
      )
      const interactive = performance.now() - started
      await page.waitForLoadState('networkidle')
      loads.push({ kilobytes: bytes / 1000, interactiveMs: interactive })
      await context.close()
    }
  } finally {
    await browser.close()
  }
  return {
    kilobytes: median(loads.map(({ kilobytes }) => kilobytes)),
    interactiveMsAtQuarterSpeed: median(loads.map(({ interactiveMs }) => interactiveMs)),
  }
}
