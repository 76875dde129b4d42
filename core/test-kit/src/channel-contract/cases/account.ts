import { describe, expect, test } from 'vitest'
import type { ChannelBench } from '../channel-bench.ts'
import { goesOn } from './expectations.ts'

/** How the channel is connected, looked at, and taken away. */
export const accountCases = (at: () => ChannelBench): void => {
  const isOurs = (bench: ChannelBench): void => {
    if (bench.side.api?.knows.webhook === true) expect(bench.side.api.webhook()).toBe(bench.account.webhookUrl)
  }

  describe('as an account', () => {
    test('declares limits that make sense', () => {
      const { capabilities, title, icon } = at().driver
      const { kinds, textLimit, captionLimit = 1, keyboard, maxFileBytes = 1, rate, replyWindowHours = 1 } = capabilities
      expect(kinds).toContain('text')
      for (const number of [textLimit, captionLimit, maxFileBytes, replyWindowHours, rate?.account ?? 1, rate?.chat ?? 1])
        expect(number).toBeGreaterThan(0)
      if (kinds.includes('keyboard')) expect(keyboard?.placements.length).toBeGreaterThan(0)
      for (const number of [keyboard?.maxRows ?? 1, keyboard?.maxColumns ?? 1, keyboard?.textLimit ?? 2]) expect(number).toBeGreaterThan(0)
      // shorter, and the key that stands for a long value would not fit
      expect(keyboard?.valueLimit ?? 64).toBeGreaterThanOrEqual(26)
      expect([title, icon].every((word) => word !== '')).toBe(true)
    })

    test('has a form in both languages, with secrets as secrets', async () => {
      const bench = at()
      const { form, secrets, about } = await bench.kind()
      for (const [name, property] of Object.entries(form.properties)) {
        expect(property.title, `the title of "${name}"`).toEqual(expect.any(String))
        expect(property.translations?.uk, `the Ukrainian words of "${name}"`).toBeDefined()
        if (/token|secret|password/i.test(name)) expect(secrets, `"${name}" needs format: 'password'`).toContain(name)
      }
      expect(about === undefined || typeof about.text === 'object').toBe(true)
      if (about !== undefined) expect(about.text).toMatchObject({ en: expect.any(String) as string, uk: expect.any(String) as string })
    })

    test('never shows its secrets again', async () => {
      const bench = at()
      const shown = JSON.stringify((await bench.administrator.get(bench.path())).body)
      const steps = JSON.stringify((await bench.administrator.get(bench.path('/next-steps'))).body)
      for (const secret of await bench.secrets()) {
        expect(shown).not.toContain(secret)
        expect(steps).not.toContain(secret)
      }
      expect(shown).not.toContain(bench.account.secret)
    })

    test('has an address of its own, or none', () => {
      const { driver, account } = at()
      const [one, other] = ['11111111-1111-7111-8111-111111111111', '22222222-2222-7222-8222-222222222222'].map((id) =>
        driver.webhookPath({ id, botId: account.botId }),
      )
      if (one === '') return expect(account.webhookUrl).toBe('')
      expect(one).toMatch(/^\/hooks\/[a-z0-9-]+\//)
      expect(one).not.toBe(other)
    })

    test('is looked at live', async () => {
      const { state, text, credentialsEndAt } = await at().check()
      expect([state, text]).toEqual(['ok', expect.stringMatching(/./)])
      // a provider that does not say it is no fault; a date that cannot be read is
      if (credentialsEndAt !== undefined) expect(new Date(credentialsEndAt).getTime()).toBeGreaterThan(0)
    })

    test('is looked at before it is saved, and nothing changes', async () => {
      const bench = at()
      const answer = await bench.checkDraft()
      expect(answer).toMatchObject({ status: 200, body: { text: expect.stringMatching(/./) as string } })
      expect(['ok', 'warning']).toContain(answer.body.state)
      isOurs(bench)
    })

    test('says that its token is not valid', async () => {
      const bench = at()
      await bench.side.api?.failAll('expired-token')
      const health = await bench.check()
      await bench.side.api?.failAll(undefined)
      expect(health.state).toBe(bench.side.api === undefined ? 'ok' : 'broken')
      expect(health.text).not.toBe('')
    })

    test('says that the provider cannot be reached', async () => {
      const bench = at()
      await bench.side.api?.failAll('down')
      const health = await bench.check()
      await bench.side.api?.failAll(undefined)
      expect(health.state === 'ok').toBe(bench.side.api === undefined)
      expect(health.text).not.toBe('')
      expect(await bench.check()).toMatchObject({ state: 'ok' })
    })

    test('gives the provider its address, or tells a person where it is', async () => {
      const bench = at()
      isOurs(bench)
      const { steps } = (await bench.administrator.get(bench.path('/next-steps'))).body as { steps: { code?: string }[] }
      expect(steps.length).toBeGreaterThan(0)
      if (bench.side.api?.knows.webhook !== true) expect(JSON.stringify(steps)).toContain('https://chat.example.com')
    })

    test('takes its address back when it is switched off, and gives it again', async () => {
      const bench = at()
      await bench.switch(false)
      expect(bench.side.api?.webhook()).toBeUndefined()
      await bench.switch(true)
      isOurs(bench)
      await goesOn(bench)
    })

    test('takes its address back when it is removed', async () => {
      const bench = at()
      const { id } = await bench.connect()
      expect((await bench.administrator.delete(bench.path('', id))).status).toBe(200)
      expect(bench.side.api?.webhook()).toBeUndefined()
      await bench.switch(true)
      isOurs(bench)
    })

    test('left no secret in logs, reasons and health', async () => {
      const bench = at()
      const said = JSON.stringify([bench.host.logs, await bench.health(), await bench.reasons()])
      for (const secret of [...(await bench.secrets()), bench.account.secret]) expect(said).not.toContain(secret)
    })
  })
}
