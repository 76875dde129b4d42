import type { Page, Request } from 'playwright-core'

/** How long nothing was asked for or answered, in milliseconds, when a page whose thread is idle is at rest. */
const silence = 100

/** Whether a page has come to rest. The load state `networkidle` knows nothing of its thread, and therefore waits five times as long. */
export class PageRest {
  readonly #page: Page
  readonly #open = new Set<Request>()
  #changedAt = performance.now()

  constructor(page: Page) {
    this.#page = page
    const ended = (request: Request): void => this.#change(() => this.#open.delete(request))
    page.on('request', (request) => this.#change(() => this.#open.add(request)))
    page.on('requestfinished', ended).on('requestfailed', ended)
    // what the page before it asked for is nobody's any more
    page.on('framenavigated', (frame) => this.#change(() => frame === page.mainFrame() && this.#open.clear()))
  }

  /** Throws where a page does not come to rest within 20 seconds. */
  async reached(): Promise<void> {
    const deadline = performance.now() + 20_000
    while (performance.now() < deadline) {
      const left = this.#open.size > 0 ? silence : this.#changedAt + silence - performance.now()
      if (left > 0) {
        await this.#page.waitForTimeout(left)
        continue
      }
      const before = this.#changedAt
      await this.#page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)))
      if (before === this.#changedAt) return
    }
    throw new Error(`${this.#page.url()} does not come to rest: ${[...this.#open].map((request) => request.url()).join(', ')}`)
  }

  #change(change: () => unknown): void {
    change()
    this.#changedAt = performance.now()
  }
}
