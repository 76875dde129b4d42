import type { DemoContext, DemoData } from '@parley/plugin-api'
import type { DirectoryStore } from './directory-store.ts'

const topics = [
  { alias: 'support', name: 'Підтримка / Support' },
  { alias: 'orders', name: 'Замовлення / Orders' },
  { alias: 'returns', name: 'Повернення / Returns' },
]

/** Topics for the demo's scenario; requests of the demo come from its conversations. */
export class PanelDemo implements DemoData {
  readonly #directory: DirectoryStore

  constructor({ directoryStore }: { directoryStore: DirectoryStore }) {
    this.#directory = directoryStore
  }

  async seed(_context: DemoContext): Promise<void> {
    const existing = new Set((await this.#directory.topics()).map((topic) => topic.alias))
    for (const topic of topics) {
      if (!existing.has(topic.alias)) await this.#directory.saveTopic({ ...topic, parentId: undefined, active: true })
    }
  }

  async remove(_context: DemoContext): Promise<void> {
    const aliases = new Set(topics.map((topic) => topic.alias))
    for (const topic of await this.#directory.topics()) {
      if (aliases.has(topic.alias)) await this.#directory.removeTopic(topic.id)
    }
  }
}
