import { afterAll, beforeAll, describe } from 'vitest'
import { ChannelBench } from './channel-bench.ts'
import type { ChannelDescription } from './description.ts'
import { accountCases } from './cases/account.ts'
import { failureCases } from './cases/failures.ts'
import { intakeCases } from './cases/intake.ts'
import { keyboardCases } from './cases/keyboards.ts'
import { limitCases } from './cases/limits.ts'
import { presenceCases } from './cases/presence.ts'
import { receivingCases } from './cases/receiving.ts'
import { sendingCases } from './cases/sending.ts'

/**
 * What any channel must do, as tests: call it in a test file of the channel. The host is real, the provider a server that the description speaks for.
 * A case that the driver's own `capabilities` exclude asserts what is shown instead; none is skipped.
 *
 * @example channelContract({ name: 'LINE', plugins: [clients, conversations, line], channel: 'line', account: (origin) => ({ token: 't', apiRoot: origin }), provider })
 */
export const channelContract = (description: ChannelDescription): void => {
  describe(`${description.name} as a channel`, { timeout: 60_000 }, () => {
    let bench: ChannelBench | undefined
    beforeAll(async () => {
      bench = await ChannelBench.start(description)
    })
    afterAll(() => bench?.stop())
    const at = (): ChannelBench => {
      if (bench === undefined) throw new Error('The channel did not start; the reason stands above.')
      return bench
    }
    receivingCases(at)
    intakeCases(at)
    sendingCases(at)
    limitCases(at)
    keyboardCases(at)
    failureCases(at)
    presenceCases(at)
    // last: it looks at what the others left behind
    accountCases(at)
  })
}
