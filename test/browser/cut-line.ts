import type { Page } from 'playwright-core'

/** The steps of a message on the visitor's socket. */
export type Step =
  /** The visitor's message, before it reaches the server. */
  | 'message'
  /** The server's word that it is stored, before it reaches the visitor. */
  | 'acknowledgement'
  /** Somebody's message to the visitor, before it reaches the page. */
  | 'news'
  /** The list of what there is after a reconnection. */
  | 'catch-up'

/** The line between a page and the host, which breaks at a step that is told. Socket.IO's packets: `42…` an event, `43…` an acknowledgement. */
export class CutLine {
  #armed: Step | undefined
  #cut: () => void = () => undefined
  /** Where it broke, in order. */
  readonly cuts: Step[] = []

  async lay(page: Page): Promise<void> {
    await page.routeWebSocket(/\/socket\.io\//, (visitor) => {
      const server = visitor.connectToServer()
      const cut = async (step: Step): Promise<void> => {
        this.#armed = undefined
        this.cuts.push(step)
        this.#cut()
        await Promise.all([visitor.close({ code: 4000 }), server.close({ code: 4000 })])
      }
      visitor.onMessage((frame) => {
        const text = String(frame)
        if (this.#armed === 'message' && /^42[^[]*\["message"/.test(text)) return void cut('message')
        server.send(frame)
      })
      server.onMessage((frame) => {
        const text = String(frame)
        if (this.#armed === 'acknowledgement' && text.startsWith('43')) return void cut('acknowledgement')
        if (this.#armed === 'news' && /^42[^[]*\["topic"/.test(text) && text.includes('"type":"message"')) return void cut('news')
        if (this.#armed === 'catch-up' && text.startsWith('43')) return void cut('catch-up')
        visitor.send(frame)
      })
    })
  }

  /** The line breaks at the next such step; resolves when it did. */
  at(step: Step): Promise<void> {
    this.#armed = step
    return new Promise((resolve) => (this.#cut = resolve))
  }
}
