import { definePlugin, type PluginDatabase } from '@parley/plugin-api'
import { scenarioActionSources, type ScenarioAction, type ScenarioActionSource } from '@parley/plugin-scenario-runtime/api'
import { z } from 'zod'

interface Coupon {
  readonly code: string
  readonly title: string
  readonly percent: number
}

const give = ({ code, title, percent }: Coupon): ScenarioAction => ({
  id: `coupons__${code}`,
  title,
  group: 'coupons',
  description: `Puts ${percent} % into {{coupon_percent}}.`,
  parameters: z.object({}),
  outcomes: ['success'],
  run: async (context) => {
    context.set('coupon_percent', percent)
    return { output: 'success' }
  },
})

/** Every coupon of the shop is an action of its own. */
class Coupons implements ScenarioActionSource {
  readonly #db: PluginDatabase
  readonly #made = new Map<string, ScenarioAction>()

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  async actions({ within }: Parameters<ScenarioActionSource['actions']>[0] = {}): Promise<ReadonlyMap<string, ScenarioAction>> {
    const db = within === undefined ? this.#db : this.#db.within(within)
    const coupons = await db.query<Coupon>('SELECT code, title, percent FROM {coupons} ORDER BY code')
    return new Map(coupons.map((coupon) => this.#action(coupon)).map((action) => [action.id, action]))
  }

  /** A coupon that is as it was is the action that it was. */
  #action(coupon: Coupon): ScenarioAction {
    const key = JSON.stringify(coupon)
    const action = this.#made.get(key) ?? give(coupon)
    this.#made.set(key, action)
    return action
  }
}

export default definePlugin({
  id: 'coupons',
  migrations: {
    '20261122T0900_coupons': {
      up: async (db) => void (await db.raw('CREATE TABLE coupons (code text PRIMARY KEY, title text NOT NULL, percent integer NOT NULL)')),
    },
  },
  contributes: (add) => [add(scenarioActionSources, 'coupons', ({ db }) => new Coupons({ db }))],
})
