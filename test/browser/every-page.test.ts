import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { phone, TestBrowser } from './browser.ts'
import { Desk } from './desk.ts'
import { administrator, ParleyHost } from './parley-host.ts'
import { picture } from './screenshot.ts'
import { openTeaShop, type TeaShop } from './tea-shop.ts'
import { Visitor } from './visitor.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let host: ParleyHost
let browser: TestBrowser
let shop: TeaShop
let pages: string[]

beforeAll(async () => {
  host = await ParleyHost.start()
  browser = await TestBrowser.start()
  shop = await openTeaShop(host)
  const visitor = new Visitor(await browser.person())
  await visitor.open(host.url, shop.bot)
  await visitor.asksForOperator()
  await visitor.person.context.close()
  const desk = await signedIn({})
  await desk.page.getByTestId('navigation').waitFor()
  const linksOf = (testId: string): Promise<string[]> =>
    desk.page
      .getByTestId(testId)
      .getByRole('link')
      .evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''))
  const links = await linksOf('navigation')
  await desk.page.goto(`${host.url}/settings`)
  await desk.page.getByTestId('settings-navigation').getByRole('link').first().waitFor()
  links.push(...(await linksOf('settings-navigation')))
  pages = [...new Set(links)].filter((path) => path.startsWith('/') && path !== '/')
  await desk.person.context.close()
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await host?.[Symbol.asyncDispose]()
})

const signedIn = async (options: Parameters<TestBrowser['person']>[0]): Promise<Desk> => {
  const desk = new Desk(await browser.person(options))
  await desk.signIn(host.url, administrator)
  return desk
}

/** Opens each page of the navigation and lets it come to rest. */
const walk = async (desk: Desk, look: (path: string) => Promise<void>): Promise<void> => {
  for (const path of pages) {
    await desk.visit(path)
    await look(path)
  }
}

/** The words that a person reads or hears: texts and labels. */
const wordsOf = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const words: string[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      if (node instanceof Element) words.push(...['aria-label', 'title', 'placeholder'].map((name) => node.getAttribute(name) ?? ''))
      else if (!['SCRIPT', 'STYLE'].includes(node.parentElement?.tagName ?? '')) words.push(node.textContent ?? '')
    }
    return words.map((word) => word.trim()).filter((word) => word !== '')
  })

const key = /^[a-z][a-z0-9-]*(\.[a-z][A-Za-z0-9-]*)+$/

/** What axe finds serious or critical on the page. */
const seriousFindings = async (page: Page): Promise<unknown[]> => {
  await page.evaluate(axeSource)
  const { violations } = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> } }
    return await axe.run()
  })
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  return serious.map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map(({ html }) => html.slice(0, 160))])
}

describe('every page of the navigation', () => {
  test('speaks English without a key for a text', async () => {
    const desk = await signedIn({ locale: 'en-GB' })
    const { page } = desk
    const found: Record<string, string[]> = {}
    await walk(desk, async (path) => {
      await picture(page, `page-en${path.replaceAll('/', '-')}`)
      found[path] = (await wordsOf(page)).filter((words) => key.test(words))
    })
    expect(Object.keys(found).length).toBeGreaterThan(5)
    expect(Object.fromEntries(Object.entries(found).filter(([, words]) => words.length > 0))).toEqual({})
  })

  test('speaks Ukrainian, and no English in buttons, links, headings and fields', async () => {
    const desk = await signedIn({ locale: 'uk-UA' })
    const { page } = desk
    // what people called things, and what has one name in both languages
    const names =
      /^[a-z_]+$|^Root$|Parley|Tea Shop|Website|Telegram|Action Jail|Our app|Olena|Taras|Hnatiuk|Melnyk|Support|Administrator|API|JSON|HTTP|@|Ctrl|English|https?:/
    const found: Record<string, string[]> = {}
    await walk(desk, async (path) => {
      await picture(page, `page-uk${path.replaceAll('/', '-')}`)
      const raw = (await wordsOf(page)).filter((words) => key.test(words))
      if (path === '/scenario-runtime') return void (found[path] = raw)
      const labels = await page
        .locator('button, a, h1, h2, h3, th, label, legend')
        .evaluateAll((all) => all.map((each) => (each as HTMLElement).innerText ?? ''))
      const english = labels.flatMap((label) => label.split('\n')).filter((line) => /[A-Za-z]{4}/.test(line) && !/[А-Яа-яІіЇїЄє]/.test(line))
      found[path] = [...raw, ...english.filter((line) => !names.test(line))]
    })
    expect(Object.fromEntries(Object.entries(found).filter(([, words]) => words.length > 0))).toEqual({})
  })

  test.each(['light', 'dark', 'contrast'] as const)('has no serious accessibility finding in the %s theme', async (theme) => {
    const options = theme === 'contrast' ? { contrast: 'more' as const } : { colorScheme: theme }
    const desk = await signedIn(options)
    const { page } = desk
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe(theme)
    const found: Record<string, unknown> = {}
    await walk(desk, async (path) => {
      await picture(page, `page-${theme}${path.replaceAll('/', '-')}`)
      const serious = await seriousFindings(page)
      if (serious.length > 0) found[path] = serious
    })
    expect(found).toEqual({})
  })

  test('fits a phone', async () => {
    const desk = await signedIn({ viewport: phone, hasTouch: true, isMobile: true, locale: 'uk-UA' })
    const { page } = desk
    const found: Record<string, unknown> = {}
    await walk(desk, async (path) => {
      await picture(page, `page-phone${path.replaceAll('/', '-')}`)
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      const outside = await page.evaluate(() =>
        [...document.querySelectorAll('[data-testid=top-bar] :is(button, a, h1)')]
          .filter((each) => {
            const box = each.getBoundingClientRect()
            return box.width > 0 && (box.right > window.innerWidth + 1 || box.left < -1)
          })
          .map((each) => each.outerHTML.slice(0, 120)),
      )
      if (overflow > 1 || outside.length > 0) found[path] = { overflow, outside }
    })
    expect(found).toEqual({})
  })

  test('leads on a phone from the list to the dialog, to the card and back', async () => {
    const desk = await signedIn({ viewport: phone, hasTouch: true, isMobile: true })
    const { page } = desk
    await desk.openInbox(host.url, 'queue')
    await desk.rows.first().tap()
    await desk.reads('+380')
    await picture(page, 'phone-dialog')
    await page.getByTestId('open-card').tap()
    await page.getByText('Operator history').or(page.getByText('Phone')).first().waitFor()
    await picture(page, 'phone-card')
    await page.goBack()
    await desk.rows.first().waitFor()
    expect(browser.complaints()).toEqual([])
  })
})

test.each(['light', 'dark'] as const)(
  'the open widget has no serious accessibility finding in the %s theme, and is used by keyboard',
  async (colorScheme) => {
    const visitor = new Visitor(await browser.person({ colorScheme }))
    const { page } = visitor
    await page.goto(`${host.url}/widget/en/?bot-id=${shop.bot}`)
    const launcher = page.getByTestId('widget-launcher')
    await launcher.focus()
    await page.keyboard.press('Enter')
    await visitor.reads('How can we help?')
    await picture(page, `widget-${colorScheme}`)
    expect(await seriousFindings(page)).toEqual([])
    await expect.poll(() => visitor.input.evaluate((input) => input === (input.getRootNode() as Document | ShadowRoot).activeElement)).toBe(true)
    expect(await visitor.log.getAttribute('role')).toBe('log')
    await page.keyboard.press('Escape')
    await visitor.input.waitFor({ state: 'hidden' })
    await expect.poll(() => launcher.evaluate((button) => button === (button.getRootNode() as Document | ShadowRoot).activeElement)).toBe(true)
  },
)
