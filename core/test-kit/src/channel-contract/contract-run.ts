import { ChannelBench } from './channel-bench.ts'
import type { ChannelDescription } from './description.ts'
import { PlainText } from './plain-text.ts'
import { accountCases } from './cases/account.ts'
import type { ContractTests } from './cases/contract-tests.ts'
import { failureCases } from './cases/failures.ts'
import { intakeCases } from './cases/intake.ts'
import { keyboardCases } from './cases/keyboards.ts'
import { limitCases } from './cases/limits.ts'
import { presenceCases } from './cases/presence.ts'
import { receivingCases } from './cases/receiving.ts'
import { sendingCases } from './cases/sending.ts'

/** The bench that all cases share. Where the plainest text does not get through, it fails at once what would wait for one. */
export const startContract = async (description: ChannelDescription): Promise<ChannelBench> => {
  const plainText = new PlainText()
  const bench = await ChannelBench.start(description, { allow: (way) => plainText.allow(way) })
  await plainText.tryOn(bench)
  return bench
}

/** All cases, in their order. One that fails also says what it had to go by. */
export const contractCases = (at: () => ChannelBench, { describe, test }: ContractTests): void => {
  const telling: ContractTests = {
    describe,
    test: (title, check) =>
      test(title, async () => {
        const { evidence } = at()
        evidence.begins()
        try {
          await check()
        } catch (error) {
          throw evidence.addTo(error)
        } finally {
          // a case that failed must not leave the next one a provider that is away
          await at().side.api?.failAll(undefined)
        }
      }),
  }
  receivingCases(at, telling)
  intakeCases(at, telling)
  sendingCases(at, telling)
  limitCases(at, telling)
  keyboardCases(at, telling)
  failureCases(at, telling)
  presenceCases(at, telling)
  // last: it looks at what the others left behind
  accountCases(at, telling)
}

export interface ContractOutcome {
  /** Group and case, as Vitest would print them. */
  readonly title: string
  /** Why it failed. */
  readonly failure?: string
}

/** The same contract inside a single test, for those who expect failures. @example expect((await contractOutcomes(halfWritten)).filter(({ failure }) => failure)).toEqual([]) */
export const contractOutcomes = async (description: ChannelDescription): Promise<readonly ContractOutcome[]> => {
  await using bench = await startContract(description)
  const cases: { readonly title: string; readonly check: () => unknown }[] = []
  let group = ''
  contractCases(() => bench, {
    describe: (title, enter) => {
      group = title
      enter()
    },
    test: (title, check) => void cases.push({ title: `${group} ${title}`, check }),
  })
  const outcomes: ContractOutcome[] = []
  for (const { title, check } of cases) {
    try {
      await check()
      outcomes.push({ title })
    } catch (error) {
      outcomes.push({ title, failure: (error as Error).message })
    }
  }
  return outcomes
}
