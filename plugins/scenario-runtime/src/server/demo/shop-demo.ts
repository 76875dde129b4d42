import type { DemoContext, DemoData } from '@parley/plugin-api'
import { demoBotId } from '@parley/plugin-conversations/api'
import type { Scenarios } from '../../api/index.ts'
import { shopScenario } from './shop-scenario.ts'

const demoBot = 'bot'

/** The scenario of the demo's bot. The same document twice is one version, so seeding again changes nothing. */
export class ShopDemo implements DemoData {
  readonly #scenarios: Scenarios

  constructor({ scenarios }: { scenarios: Scenarios }) {
    this.#scenarios = scenarios
  }

  async seed({ shared, log }: DemoContext): Promise<void> {
    const botId = shared.get(demoBot)
    if (typeof botId !== 'string') return log.warn('There is no demo bot, so there is no demo scenario')
    await this.#scenarios.import(botId, shopScenario)
    await this.#scenarios.publish(botId)
  }

  async remove(): Promise<void> {
    // removed before the bot, so nobody has told its id
    await this.#scenarios.remove(demoBotId)
  }
}
