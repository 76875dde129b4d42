import type { Batch } from '@parley/plugin-api'
import type { Clients } from '@parley/plugin-clients/api'

type Fields = Record<string, unknown>

/** Fields of clients as a run sees and changes them: what one commit sets is one write, because parts of a batch must not touch a row twice. */
export class ClientFields {
  readonly #clients: Clients
  readonly #pending = new WeakMap<Batch, Map<string, Fields>>()

  constructor({ clients }: { clients: Clients }) {
    this.#clients = clients
  }

  /** With what the same commit is going to set. */
  async get(clientId: string, batch: Batch): Promise<Readonly<Fields>> {
    return { ...(await this.#clients.fields(clientId)), ...this.#pending.get(batch)?.get(clientId) }
  }

  set(clientId: string, fields: Readonly<Fields>, batch: Batch): void {
    const pending = this.#pending.get(batch) ?? new Map<string, Fields>()
    this.#pending.set(batch, pending)
    const known = pending.get(clientId)
    if (known !== undefined) return void Object.assign(known, fields)
    const collected = { ...fields }
    pending.set(clientId, collected)
    batch.beforeCommit(() => this.#clients.setFields(clientId, collected, { within: batch }))
  }
}
