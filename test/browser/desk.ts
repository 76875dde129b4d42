import type { Locator, Page } from 'playwright-core'
import type { Person } from './browser.ts'

/** Somebody of the team at the shell. */
export class Desk {
  readonly page: Page
  readonly person: Person
  readonly rows: Locator
  readonly composer: Locator
  readonly messages: Locator

  constructor(person: Person) {
    this.person = person
    this.page = person.page
    this.rows = this.page.getByTestId('request-row')
    this.composer = this.page.getByTestId('composer')
    this.messages = this.page.getByTestId('message')
  }

  async signIn(url: string, { login, password }: { readonly login: string; readonly password: string }): Promise<void> {
    await this.page.goto(url)
    await this.page.getByTestId('login').fill(login)
    await this.page.getByTestId('password').fill(password)
    await this.page.getByTestId('sign-in-submit').click()
    await this.page.getByTestId('account').waitFor()
  }

  /** Goes to a page of the shell as the way back of the browser does, without reading the whole shell again, and lets it come to rest. */
  async visit(path: string): Promise<void> {
    const before = this.page.url()
    await this.page.evaluate((address) => {
      const state = { ...history.state, position: Number(history.state?.position ?? 0) + 1 }
      history.pushState(state, '', address)
      dispatchEvent(new PopStateEvent('popstate', { state }))
    }, path)
    await this.rest()
    // where a page cannot be shown the router takes the address back; the start leads to a page that may be the one before
    if (path !== '/' && this.page.url() === before && !before.endsWith(path)) throw new Error(`${path} is not shown; the page stays at ${before}`)
  }

  async rest(): Promise<void> {
    await this.page.locator('#content').waitFor()
    await this.person.rest.reached()
  }

  async openInbox(url: string, folder = 'mine'): Promise<void> {
    await this.page.goto(`${url}/operator-panel/${folder}`)
    await this.page.getByTestId('inbox').waitFor()
  }

  /** `operator_panel.edit` people receive only when they say so. */
  async status(name: string): Promise<void> {
    await this.page.getByTestId('operator-status').click()
    await this.page.getByRole('menuitem', { name, exact: true }).click()
    await this.page.getByTestId('operator-status').filter({ hasText: name }).waitFor()
  }

  async reads(text: string): Promise<void> {
    await this.messages.filter({ hasText: text }).last().waitFor()
  }

  /** Waits until the own message with these words is in this state. */
  async delivery(text: string, state: string): Promise<void> {
    await this.messages.filter({ hasText: text }).locator(`[data-state="${state}"]`).waitFor()
  }
}
