import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from './browser.ts'
import { Desk } from './desk.ts'
import { administrator, ParleyHost } from './parley-host.ts'
import { picture } from './screenshot.ts'
import { openTeaShop } from './tea-shop.ts'
import { Visitor } from './visitor.ts'

let host: ParleyHost
let browser: TestBrowser

beforeAll(async () => {
  // without identity nobody signs in; everything else may be missing
  host = await ParleyHost.start({ critical: ['identity'] })
  browser = await TestBrowser.start()
  const shop = await openTeaShop(host)
  const visitor = new Visitor(await browser.person())
  await visitor.open(host.url, shop.bot)
  await visitor.asksForOperator()
  await visitor.person.context.close()
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await host?.[Symbol.asyncDispose]()
})

const restartWithout = async (missing: readonly string[]): Promise<void> => {
  await host.stop()
  const file = join(host.home, 'config/default.yaml')
  const config = JSON.parse(readFileSync(file, 'utf8')) as { plugins: Record<string, { package: string; enabled?: boolean }> }
  for (const [id, entry] of Object.entries(config.plugins)) entry.enabled = !missing.includes(id)
  writeFileSync(file, JSON.stringify(config))
  await host.run()
}

/** Addresses of this installation that the page offers, whoever made them. */
const linksOn = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLAnchorElement>('a[href]')]
      .filter((link) => link.origin === location.origin && link.target !== '_blank')
      .map((link) => link.pathname + link.search),
  )

const isDead = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.querySelector('[data-testid=not-found], [data-testid^=plugin-failed-], [data-testid^=failed-]') !== null)

/** Follows every link from page to page; answers those that lead nowhere, each with where it stood. */
const deadLinks = async (desk: Desk, most: number): Promise<string[]> => {
  const { page } = desk
  const waiting = new Map([['/', 'the start']])
  const seen = new Set<string>()
  const dead: string[] = []
  for (const [path, from] of waiting) {
    // one of many things of the same kind is as good as another
    const kind = path.replace(/[0-9a-f-]{36}|\d+/g, ':id')
    if (seen.has(kind) || seen.size > most) continue
    seen.add(kind)
    await desk.visit(path)
    if (await isDead(page)) dead.push(`${path}, a link of ${from}`)
    for (const next of await linksOn(page)) if (!waiting.has(next)) waiting.set(next, path)
  }
  return dead
}

/** Runs each command of the palette that leads somewhere, from a page that has none of its own. */
const deadCommands = async (desk: Desk): Promise<string[]> => {
  const { page } = desk
  const open = async (): Promise<void> => {
    // the palette itself, or what a command has opened
    for (let n = 0; n < 3 && (await page.getByRole('dialog').count()) > 0; n++) await page.keyboard.press('Escape')
    await desk.visit('/settings')
    await page.getByTestId('settings-navigation').getByRole('link').first().waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('option').first().waitFor()
  }
  await open()
  const names = await page.getByRole('option').allInnerTexts()
  const dead: string[] = []
  for (const [index, name] of names.entries()) {
    // those that sign out or change how the shell looks lead to no page
    if (/sign out|theme|light|dark|contrast|language|ukrainian|english/i.test(name)) continue
    await open()
    await page.getByRole('option').nth(index).click()
    await desk.rest()
    if (await isDead(page)) dead.push(`the command “${name}”`)
  }
  expect(names.length).toBeGreaterThan(5)
  return dead
}

const channels = ['channel-widget', 'channel-telegram', 'channel-custom']

// channels have no pages of their own
const subsets = [['clients'], ['conversations'], ['scenario-runtime'], ['operator-panel'], channels].map((missing) => ({ missing }))

test.each(subsets)('without $missing no link and no command leads nowhere', { timeout: 240_000 }, async ({ missing }) => {
  await restartWithout(missing)
  const desk = new Desk(await browser.person())
  const { page } = desk
  await desk.signIn(host.url, administrator)
  const dead = [...(await deadLinks(desk, 20)), ...(await deadCommands(desk))]
  await picture(page, `without-${missing.join('-')}`)
  expect(dead).toEqual([])
  expect(browser.complaints()).toEqual([])
  await desk.person.context.close()
})
