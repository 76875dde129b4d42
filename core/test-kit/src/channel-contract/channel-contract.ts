import { afterAll, beforeAll, describe, test as vitestTest } from 'vitest'
import { ChannelBench } from './channel-bench.ts'
import type { ChannelDescription } from './description.ts'
import { caseTimeout } from './patience.ts'
import { PlainText } from './plain-text.ts'
import { accountCases } from './cases/account.ts'
import type { ContractCase } from './cases/contract-case.ts'
import { failureCases } from './cases/failures.ts'
import { intakeCases } from './cases/intake.ts'
import { keyboardCases } from './cases/keyboards.ts'
import { limitCases } from './cases/limits.ts'
import { presenceCases } from './cases/presence.ts'
import { receivingCases } from './cases/receiving.ts'
import { sendingCases } from './cases/sending.ts'

const startTimeout = 60_000

/**
 * What any channel must do, as tests: call it in a test file of the channel. The host is real, the provider a server that the description speaks for.
 * A case that the driver's own `capabilities` exclude asserts what is shown instead; none is skipped. While the plainest text does not get through,
 * every case that needs one fails at once.
 *
 * @example channelContract({ name: 'LINE', plugins: [clients, conversations, line], channel: 'line', account: (origin) => ({ token: 't', apiRoot: origin }), provider })
 */
export const channelContract = (description: ChannelDescription): void => {
  describe(`${description.name} as a channel`, { timeout: caseTimeout }, () => {
    let bench: ChannelBench | undefined
    beforeAll(async () => {
      const plainText = new PlainText()
      bench = await ChannelBench.start(description, { allow: (way) => plainText.allow(way) })
      await plainText.tryOn(bench)
    }, startTimeout)
    afterAll(() => bench?.stop(), startTimeout)
    const at = (): ChannelBench => {
      if (bench === undefined) throw new Error('The channel did not start; the reason stands above.')
      return bench
    }
    const test: ContractCase = (title, check) =>
      // oxlint-disable-next-line vitest/valid-title -- the cases give it
      vitestTest(title, async () => {
        const { evidence } = at()
        evidence.begins()
        try {
          await check()
        } catch (error) {
          throw evidence.addTo(error)
        }
      })
    receivingCases(at, test)
    intakeCases(at, test)
    sendingCases(at, test)
    limitCases(at, test)
    keyboardCases(at, test)
    failureCases(at, test)
    presenceCases(at, test)
    // last: it looks at what the others left behind
    accountCases(at, test)
  })
}
