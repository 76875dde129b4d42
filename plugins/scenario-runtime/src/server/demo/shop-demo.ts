import type { DemoContext, DemoData } from '@parley/plugin-api'
import { demoBotId } from '@parley/plugin-conversations/api'
import type { Scenarios } from '../../api/index.ts'
import { shopScenario } from './shop-scenario.ts'

/** The scenario of the demo's bot. The same document twice is one version, so seeding again changes nothing. */
export class ShopDemo implements DemoData {
  readonly #scenarios: Scenarios

  constructor({ scenarios }: { scenarios: Scenarios }) {
    this.#scenarios = scenarios
  }

  async seed({ shared, log }: DemoContext): Promise<void> {
    if (shared.get('bot') !== demoBotId) return log.warn('There is no demo bot, so there is no demo scenario')
    await this.#scenarios.import(demoBotId, shopScenario)
    await this.#scenarios.publish(demoBotId)
  }

  async remove(): Promise<void> {
    await this.#scenarios.remove(demoBotId)
  }
}
