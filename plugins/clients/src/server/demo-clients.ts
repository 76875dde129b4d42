import type { DemoContext, DemoData } from '@parley/plugin-api'
import type { ClientStore } from './client-store.ts'

/** Clients of the demo are made by its conversations and told by them as `clients` when they are removed. */
export class DemoClients implements DemoData {
  readonly #store: ClientStore

  constructor({ clientStore }: { clientStore: ClientStore }) {
    this.#store = clientStore
  }

  async seed(): Promise<void> {
    // nobody to know before the first conversation
  }

  async remove({ shared }: DemoContext): Promise<void> {
    await this.#store.remove((shared.get('clients') ?? []) as readonly string[])
  }
}
