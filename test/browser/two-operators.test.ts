import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from './browser.ts'
import { Desk } from './desk.ts'
import { ParleyHost } from './parley-host.ts'
import { picture } from './screenshot.ts'
import { olena, openTeaShop, taras, type TeaShop } from './tea-shop.ts'
import { Visitor } from './visitor.ts'

let host: ParleyHost
let browser: TestBrowser
let shop: TeaShop

beforeAll(async () => {
  host = await ParleyHost.start()
  browser = await TestBrowser.start()
  shop = await openTeaShop(host)
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await host?.[Symbol.asyncDispose]()
})

const atDesk = async (person: typeof olena, folder = 'queue'): Promise<Desk> => {
  const desk = new Desk(await browser.person())
  await desk.signIn(host.url, person)
  await desk.openInbox(host.url, folder)
  return desk
}

/** As far as the Tab key leads. */
const tabTo = async (page: Page, target: Locator): Promise<void> => {
  const focused = (): Promise<boolean> => target.evaluate((element) => element === document.activeElement)
  for (let presses = 0; presses < 12 && !(await focused()); presses++) await page.keyboard.press('Tab')
  expect(await focused()).toBe(true)
}

test('of two operators after one chat one gets it, hands it over by keyboard, and a reload loses nothing', async () => {
  const desks = [await atDesk(olena), await atDesk(taras)]
  const visitor = new Visitor(await browser.person())
  await visitor.open(host.url, shop.bot)
  await visitor.asksForOperator()

  for (const { rows } of desks) await rows.first().waitFor()
  for (const { rows, page } of desks) {
    await rows.first().click()
    await page.getByTestId('take').waitFor()
  }
  await Promise.all(desks.map(({ page }) => page.keyboard.press('t')))
  const late = desks.map(({ page }) => page.getByText('took this request a moment ago'))
  await expect.poll(async () => (await Promise.all(late.map((words) => words.count()))).filter((count) => count > 0)).toHaveLength(1)
  const loses = (await late[0]!.count()) > 0 ? 0 : 1
  const [winner, loser] = [desks[1 - loses]!, desks[loses]!]
  const names = [olena.name, taras.name]
  await picture(loser.page, 'two-operators-late')

  await winner.composer.waitFor()
  await winner.page.keyboard.press('r')
  await winner.page.keyboard.type('Hello from the first')
  await winner.page.keyboard.press('Enter')
  await visitor.reads('Hello from the first')
  await loser.openInbox(host.url, 'queue')
  await loser.page.getByText('The queue is empty').waitFor()

  // Transfer without a mouse: f, the name, Enter.
  await winner.page.keyboard.press('Escape')
  await winner.page.keyboard.press('f')
  const combobox = winner.page.getByRole('dialog').getByRole('combobox')
  await combobox.waitFor()
  await tabTo(winner.page, combobox)
  await winner.page.keyboard.press('Enter')
  await winner.page.getByRole('option', { name: names[loses]! }).waitFor()
  await winner.page.keyboard.type(names[loses]!.split(' ')[0]!)
  await winner.page.getByRole('option').nth(1).waitFor({ state: 'detached' })
  await winner.page.keyboard.press('Enter')
  await picture(winner.page, 'two-operators-transfer')
  await tabTo(winner.page, winner.page.getByTestId('confirm-transfer'))
  await winner.page.keyboard.press('Enter')
  await winner.page.getByRole('dialog').waitFor({ state: 'hidden' })

  await loser.openInbox(host.url, 'mine')
  await loser.rows.first().click()
  await loser.reads('Hello from the first')
  await loser.composer.fill('A half-written ans')
  await loser.page.reload()
  await loser.reads('Hello from the first')
  await expect.poll(() => loser.composer.inputValue()).toBe('A half-written ans')
  expect(await loser.messages.filter({ hasText: 'Hello from the first' }).count()).toBe(1)
  await loser.composer.press('End')
  await loser.page.keyboard.type('wer from the second')
  await loser.page.keyboard.press('Enter')
  await visitor.reads('A half-written answer from the second')

  await visitor.say('Thanks')
  await loser.reads('Thanks')
  const before = await visitor.log.innerText()
  await visitor.page.reload()
  await visitor.reads('A half-written answer from the second')
  const after = await visitor.log.innerText()
  for (const words of ['Hello from the first', 'A half-written answer from the second', 'Thanks'])
    expect({ words, times: after.split(words).length }).toEqual({ words, times: before.split(words).length })
  expect(browser.complaints()).toEqual([])
})
