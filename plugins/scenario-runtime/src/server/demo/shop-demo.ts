import type { DemoContext, DemoData } from '@parley/plugin-api'
import { demoBotId } from '@parley/plugin-conversations/api'
import type { Scenarios } from '../../api/index.ts'
import { shopScenario } from './shop-scenario.ts'

/** The scenario of the demo's bot. Where the bot has one it stays: other plugins add to it, and people try things out in it. */
export class ShopDemo implements DemoData {
  readonly #scenarios: Scenarios

  constructor({ scenarios }: { scenarios: Scenarios }) {
    this.#scenarios = scenarios
  }

  async seed({ shared, log }: DemoContext): Promise<void> {
    if (shared.get('bot') !== demoBotId) return log.warn('There is no demo bot, so there is no demo scenario')
    if ((await this.#scenarios.published(demoBotId)) !== undefined) return
    await this.#scenarios.import(demoBotId, shopScenario)
    await this.#scenarios.publish(demoBotId)
  }

  async remove(): Promise<void> {
    await this.#scenarios.remove(demoBotId)
  }
}
