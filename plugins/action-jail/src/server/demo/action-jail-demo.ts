import type { DemoContext, DemoData, PluginDatabase } from '@parley/plugin-api'
import { demoBotId } from '@parley/plugin-conversations/api'
import type { Scenarios } from '@parley/plugin-scenario-runtime/api'
import type { ActionLibrary } from '../action-library.ts'
import { ActionStore } from '../action-store.ts'
import { demoActions } from './demo-actions.ts'
import { withOrders } from './order-section.ts'

interface Dependencies {
  readonly db: PluginDatabase
  readonly actionLibrary: ActionLibrary
  readonly actionStore: ActionStore
  readonly scenarios: Scenarios
}

/** Two custom actions, and the question of the demo's bot that uses them. What somebody changed since stays. */
export class ActionJailDemo implements DemoData {
  readonly #deps: Dependencies

  constructor({ db, actionLibrary, actionStore, scenarios }: Dependencies) {
    this.#deps = { db, actionLibrary, actionStore, scenarios }
  }

  async seed({ shared }: DemoContext): Promise<void> {
    const { actionLibrary, actionStore, scenarios } = this.#deps
    for (const [id, document] of Object.entries(demoActions)) {
      const stored = await actionStore.find(id)
      if (stored === undefined || stored.deletedAt !== undefined) await actionLibrary.save({ id, document, from: 'any', by: 'Demo' })
    }
    const shop = shared.get('bot') === demoBotId ? await scenarios.published(demoBotId) : undefined
    const document = shop === undefined ? undefined : withOrders(shop)
    if (document === undefined) return
    await scenarios.import(demoBotId, document)
    await scenarios.publish(demoBotId)
  }

  async remove(): Promise<void> {
    const { db } = this.#deps
    await db.transaction(async (tx) => {
      await new ActionStore({ db: tx }).changing(tx)
      await tx.query('DELETE FROM {runs} WHERE action_id = ANY($1::text[])', [Object.keys(demoActions)])
      await tx.query('DELETE FROM {actions} WHERE id = ANY($1::text[])', [Object.keys(demoActions)])
    })
  }
}
