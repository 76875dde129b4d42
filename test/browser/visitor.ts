import type { Locator, Page } from 'playwright-core'
import type { Person } from './browser.ts'

/** Somebody on a website with the widget. */
export class Visitor {
  readonly page: Page
  readonly person: Person
  readonly input: Locator
  readonly send: Locator
  readonly log: Locator

  constructor(person: Person) {
    this.person = person
    this.page = person.page
    this.input = this.page.getByTestId('widget-input')
    this.send = this.page.getByTestId('widget-send')
    this.log = this.page.getByTestId('widget-log')
  }

  /** Opens the demo page, and on it the chat. */
  async open(url: string, bot: number, locale = 'en'): Promise<void> {
    await this.page.goto(`${url}/widget/${locale}/?bot-id=${bot}`)
    await this.page.getByTestId('widget-launcher').click()
  }

  async say(text: string): Promise<void> {
    await this.input.fill(text)
    await this.input.press('Enter')
  }

  async press(button: string): Promise<void> {
    await this.log.getByRole('button', { name: button }).and(this.page.locator(':enabled')).last().click()
  }

  /** Waits until somebody else's words are there. */
  async reads(text: string): Promise<void> {
    await this.page.getByTestId('incoming-message').filter({ hasText: text }).last().waitFor()
  }

  /** The visitor's own messages with these words, whatever their state. */
  own(text: string): Locator {
    return this.page.getByTestId('visitor-message').filter({ hasText: text })
  }

  /** From the menu to the moment an operator is asked for. */
  async asksForOperator(phone = '+380 50 111 22 33'): Promise<void> {
    await this.reads('How can we help?')
    await this.press('Operator')
    await this.reads('leave your phone number')
    await this.say(phone)
    await this.reads('Connecting you')
  }
}
