import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import { findChromium } from '../../scripts/lib/tools.mjs'
import { PageRest } from './page-rest.ts'

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const desktop = { width: 1440, height: 900 }
export const phone = { width: 390, height: 844 }

/** Somebody at a browser of their own. */
export interface Person {
  readonly page: Page
  readonly context: BrowserContext
  readonly rest: PageRest
}

/** One Chromium; each person has a context of their own. What pages complain about is kept. */
export class TestBrowser implements AsyncDisposable {
  readonly #browser: Browser
  readonly #complaints: string[] = []

  static async start(): Promise<TestBrowser> {
    const executablePath = findChromium()
    if (executablePath === undefined) throw new Error('There is no Chromium. Run npm test, which brings one, or set CHROMIUM_PATH.')
    return new TestBrowser(await chromium.launch({ executablePath, headless: true, args: flags }))
  }

  private constructor(browser: Browser) {
    this.#browser = browser
  }

  async person(options: BrowserContextOptions = {}): Promise<Person> {
    const context = await this.#browser.newContext({ viewport: desktop, locale: 'en-GB', reducedMotion: 'reduce', ...options })
    context.setDefaultTimeout(15_000)
    context.on('console', (message) => {
      if (/content security policy|refused to/i.test(message.text())) this.#complaints.push(message.text())
    })
    context.on('weberror', (error) => this.#complaints.push(error.error().stack ?? String(error.error())))
    const page = await context.newPage()
    return { page, context, rest: new PageRest(page) }
  }

  /** Violations of the policy and errors nobody caught, since the last call. */
  complaints(): string[] {
    return this.#complaints.splice(0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close()
  }
}
