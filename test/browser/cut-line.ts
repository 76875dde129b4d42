import type { Page } from 'playwright-core'

/** The steps of a message on the visitor's socket. */
export type Step =
  /** The visitor's message or press of a button, before it reaches the server. */
  | 'message'
  /** The beginning of the scenario, before it reaches the server. */
  | 'start'
  /** The server's word that either is stored, before it reaches the visitor. */
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
      // Of what the visitor did last.
      let asked: string | undefined
      const cut = async (step: Step): Promise<void> => {
        this.#armed = undefined
        this.cuts.push(step)
        this.#cut()
        await Promise.all([visitor.close({ code: 4000 }), server.close({ code: 4000 })])
      }
      visitor.onMessage((frame) => {
        const text = String(frame)
        const [, id, event] = /^42\/[^,]*,(\d*)\["(message|start)"/.exec(text) ?? []
        if (this.#armed === event && event !== undefined) return void cut(event as Step)
        if (event !== undefined) asked = id
        server.send(frame)
      })
      server.onMessage((frame) => {
        const text = String(frame)
        if (this.#armed === 'acknowledgement' && asked !== undefined && /^43\/[^,]*,(\d*)/.exec(text)?.[1] === asked)
          return void cut('acknowledgement')
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
