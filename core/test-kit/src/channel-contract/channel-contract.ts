import { afterAll, beforeAll, describe, test } from 'vitest'
import type { ChannelBench } from './channel-bench.ts'
import { contractCases, startContract } from './contract-run.ts'
import type { ChannelDescription } from './description.ts'
import { caseTimeout } from './patience.ts'

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
    beforeAll(async () => void (bench = await startContract(description)), startTimeout)
    afterAll(() => bench?.stop(), startTimeout)
    const at = (): ChannelBench => {
      if (bench === undefined) throw new Error('The channel did not start; the reason stands above.')
      return bench
    }
    contractCases(at, { describe, test })
  })
}
