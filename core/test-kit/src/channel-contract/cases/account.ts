import { expect } from 'vitest'
import type { ChannelBench } from '../channel-bench.ts'
import type { ContractTests } from './contract-tests.ts'
import { goesOn } from './expectations.ts'

/** How the channel is connected, looked at, and taken away. */
export const accountCases = (at: () => ChannelBench, { describe, test }: ContractTests): void => {
  const isOurs = ({ side, account }: ChannelBench): void => {
    if (side.api?.knows.webhook !== true) return
    expect(side.api.webhook(), '`connect` of the driver must give the provider the address of the webhook').toBe(account.webhookUrl)
  }

  /** Looked at before the next step puts it back, told after it: a case must leave the account as it found it. */
  const isTakenBack = ({ side }: ChannelBench): boolean => side.api?.webhook() === undefined
  const must = (taken: boolean, what: string): void => {
    expect(taken, `After the account was ${what} the provider still has the webhook: \`disconnect\` of the driver must take it back`).toBe(true)
  }

  /** Why messages failed or are unknown, of all chats. */
  const reasons = async (bench: ChannelBench): Promise<string[]> => {
    const chats = [...new Set(bench.received.map(({ chatId }) => chatId))]
    const all = await Promise.all(chats.map((chatId) => bench.storedIn(chatId)))
    return all.flat().flatMap(({ reason, reasonWords }) => [reason ?? [], Object.values(reasonWords ?? {})].flat())
  }

  const hidesSecrets = (bench: ChannelBench, text: string, secrets: readonly string[], where: string): void => {
    for (const secret of [...secrets, bench.account.secret].filter((one) => one !== ''))
      expect(text.includes(secret), `A secret stands in ${where}: "${secret}"`).toBe(false)
  }

  describe('as an account', () => {
    test('declares limits that make sense', () => {
      const { capabilities, title, icon } = at().driver
      const { kinds, textLimit, captionLimit = 1, keyboard, maxFileBytes = 1, rate, replyWindowHours = 1 } = capabilities
      expect(kinds, 'Every channel must take texts: `capabilities.kinds`').toContain('text')
      const limits = { textLimit, captionLimit, maxFileBytes, replyWindowHours, 'rate.account': rate?.account ?? 1, 'rate.chat': rate?.chat ?? 1 }
      for (const [name, limit] of Object.entries(limits)) expect(limit, `\`capabilities.${name}\` must be above 0`).toBeGreaterThan(0)
      if (kinds.includes('keyboard'))
        expect(keyboard?.placements.length, '`kinds` has `keyboard`, so `keyboard.placements` must say where buttons stand').toBeGreaterThan(0)
      const { maxRows = 1, maxColumns = 1, textLimit: words = 2, valueLimit = 64 } = keyboard ?? {}
      for (const [name, limit] of Object.entries({ maxRows, maxColumns, textLimit: words }))
        expect(limit, `\`keyboard.${name}\` must be above 0`).toBeGreaterThan(0)
      expect(valueLimit, 'Below 26 bytes in `keyboard.valueLimit` the key that stands for a long value would not fit').toBeGreaterThanOrEqual(26)
      expect([title, icon], 'The driver needs a `title` and an `icon`').not.toContain('')
    })

    test('has a form in both languages, with secrets as secrets', async () => {
      const bench = at()
      const { form, secrets, about } = await bench.desk.kind()
      for (const [name, property] of Object.entries(form.properties)) {
        expect(property.title, `"${name}" of \`accountSchema\` needs a \`title\``).toEqual(expect.any(String))
        expect(property.translations?.uk, `"${name}" of \`accountSchema\` needs its Ukrainian words: \`translations.uk\``).toBeDefined()
        if (/token|secret|password/i.test(name)) expect(secrets, `"${name}" of \`accountSchema\` needs \`format: 'password'\``).toContain(name)
      }
      const text = { en: expect.any(String) as string, uk: expect.any(String) as string }
      expect(about ?? { text }, '`about.text` must be in both languages').toMatchObject({ text })
    })

    test('never shows its secrets again', async () => {
      const bench = at()
      const secrets = await bench.desk.secrets()
      hidesSecrets(bench, (await bench.desk.administrator.get(bench.desk.path())).text, secrets, 'what the API answers of the account')
      const steps = (await bench.desk.administrator.get(bench.desk.path('/next-steps'))).text
      for (const secret of secrets) expect(steps.includes(secret), `A secret stands in the next steps: "${secret}"`).toBe(false)
    })

    test('has an address of its own, or none', () => {
      const { driver, account } = at()
      const [one, other] = ['11111111-1111-7111-8111-111111111111', '22222222-2222-7222-8222-222222222222'].map((id) =>
        driver.webhookPath({ id, botId: account.botId }),
      )
      if (one === '') return expect(account.webhookUrl, 'A channel without a webhook must have no address').toBe('')
      expect(one, '`webhookPath` must be /hooks/<plugin>/…').toMatch(/^\/hooks\/[a-z0-9-]+\//)
      expect(one, '`webhookPath` must be another one for each account').not.toBe(other)
    })

    test('is looked at live', async () => {
      const { state, text, credentialsEndAt } = await at().desk.check()
      expect(state, `\`check\` must find the account well. It says ${JSON.stringify(text)}`).toBe('ok')
      expect(text, '`check` must say what it saw').not.toBe('')
      // a provider that does not say it is no fault; a date that cannot be read is
      const end = new Date(credentialsEndAt ?? 1).getTime()
      expect(end, '`credentialsEndAt` must be a date in ISO 8601').toBeGreaterThan(0)
    })

    test('is looked at before it is saved, and nothing changes', async () => {
      const bench = at()
      const { status, body, text } = await bench.desk.checkDraft()
      expect(status, `The form must be checked before it is saved. The answer was ${text}`).toBe(200)
      expect(body.text, '`check` must say what it saw').not.toBe('')
      expect(['ok', 'warning'], `\`check\` must find the settings good. It says ${JSON.stringify(text)}`).toContain(body.state)
      isOurs(bench)
    })

    test('says that its token is not valid', async () => {
      const bench = at()
      await bench.side.api?.failAll('expired-token')
      const { state, text } = await bench.desk.check()
      await bench.side.api?.failAll(undefined)
      expect(state, '`check` must answer "broken" when the provider refuses the token').toBe(bench.side.api === undefined ? 'ok' : 'broken')
      expect(text, '`check` must say what it saw').not.toBe('')
    })

    test('says that the provider cannot be reached', async () => {
      const bench = at()
      await bench.side.api?.failAll('down')
      const { state, text } = await bench.desk.check()
      await bench.side.api?.failAll(undefined)
      expect(state === 'ok', 'While the provider cannot be reached, `check` may not answer "ok"').toBe(bench.side.api === undefined)
      expect(text, '`check` must say what it saw').not.toBe('')
      expect((await bench.desk.check()).state, 'When the provider is back, `check` must answer "ok"').toBe('ok')
    })

    test('gives the provider its address, or tells a person where it is', async () => {
      const bench = at()
      isOurs(bench)
      const { steps } = (await bench.desk.administrator.get(bench.desk.path('/next-steps'))).body as { steps: object[] }
      expect(steps, '`nextSteps` must say what is left to do').not.toEqual([])
      if (bench.side.api?.knows.webhook !== true)
        expect(JSON.stringify(steps), 'Where a person enters the address of the webhook, `nextSteps` must show it').toContain(
          'https://chat.example.com',
        )
    })

    test('takes its address back when it is switched off, and gives it again', async () => {
      const bench = at()
      await bench.desk.switch(false)
      const taken = isTakenBack(bench)
      await bench.desk.switch(true)
      must(taken, 'switched off')
      isOurs(bench)
      await goesOn(bench)
    })

    test('takes its address back when it is removed', async () => {
      const bench = at()
      const { id } = await bench.desk.connect()
      const { status, text } = await bench.desk.administrator.delete(bench.desk.path('', id))
      const taken = isTakenBack(bench)
      await bench.desk.switch(true)
      expect(status, `The account must be removable. The answer was ${text}`).toBe(200)
      must(taken, 'removed')
      isOurs(bench)
    })

    test('takes everything in again as the first time: by its bytes, and nothing twice', async () => {
      const bench = at()
      const kept = []
      for (let page = await bench.desk.intake(); page.length > 0; page = await bench.desk.intake(page.at(-1)?.id)) kept.push(...page)
      expect(kept.length > 0, 'The webhook must hand in what it gets').toBe(bench.side.api !== undefined)
      for (const { id, payload, events } of kept) {
        const { status, body } = await bench.desk.replay(id)
        const same = 'Read again, the bytes must give the same events with the same keys: what the route does before `receive` belongs into `parse`'
        expect({ payload, status, ...body }, same).toMatchObject({ payload, status: 200, stored: 0, duplicates: events })
      }
    })

    test('left no secret in logs, reasons and health', async () => {
      const bench = at()
      const secrets = await bench.desk.secrets()
      hidesSecrets(bench, JSON.stringify(bench.host.logs), secrets, 'the log')
      hidesSecrets(bench, JSON.stringify(await bench.desk.health()), secrets, 'the health of the account')
      hidesSecrets(bench, JSON.stringify(await reasons(bench)), secrets, 'the reason of a message')
    })
  })
}
