import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'

/** A website of somebody else, with an origin of its own, whose pages include the widget as the documentation says. */
export class OtherSite implements AsyncDisposable {
  readonly origin: string
  readonly #server: Server

  static async start(): Promise<OtherSite> {
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8')
      response.end(
        '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Shop</title><body><h1>Shop</h1><button id="own">Own</button><div id="place"></div></body></html>',
      )
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new OtherSite(server)
  }

  private constructor(server: Server) {
    this.#server = server
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  /** Opens a page and puts the documented snippet into it: the stub, the site's own calls, then the script. */
  async open(page: Page, parley: string, calls: string): Promise<void> {
    await page.goto(this.origin)
    await page.evaluate(
      async ([source, code]) => {
        const stub = `window.kw = window.kw || function () { (kw.q = kw.q || []).push(arguments) }
          window.kw_event = window.kw_event || function () { (kw_event.q = kw_event.q || []).push(arguments) }`
        const first = document.createElement('script')
        first.textContent = `${stub}\n${code}`
        const second = Object.assign(document.createElement('script'), { async: true, src: `${source}/widget/kw.js` })
        const loaded = new Promise((resolve, reject) => {
          second.onload = resolve
          second.onerror = () => reject(new Error('The script did not load.'))
        })
        document.body.append(first, second)
        await loaded
      },
      [parley, calls] as const,
    )
  }

  /** What a script of the site does later. */
  async run(page: Page, code: string): Promise<void> {
    await page.evaluate(code)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
