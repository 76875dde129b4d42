import { ParleyError, type Audit, type Clock } from '@parley/plugin-api'
import type { Distributor } from './distributor.ts'
import type { OperatorStatus as Status, OperatorStore } from './operator-store.ts'

/** Changes of an operator's status, by the operator or because the session was lost. */
export class OperatorStatus {
  readonly #store: OperatorStore
  readonly #audit: Audit
  readonly #clock: Clock
  readonly #distributor: Distributor

  constructor({ operatorStore, audit, clock, distributor }: { operatorStore: OperatorStore; audit: Audit; clock: Clock; distributor: Distributor }) {
    this.#store = operatorStore
    this.#audit = audit
    this.#clock = clock
    this.#distributor = distributor
  }

  async set(userId: string, statusId: string): Promise<Status> {
    const status = (await this.#store.statuses()).find((each) => each.id === statusId)
    if (status === undefined) throw new ParleyError('unprocessable', 'This status does not exist any more. Choose another one.')
    const before = await this.#store.statusOf(userId)
    await this.#store.setStatus(userId, statusId, this.#clock.now())
    await this.#audit.record({
      action: 'operator.status',
      object: { type: 'operator', id: userId },
      before: before && { status: before.status.code },
      after: { status: status.code },
    })
    if (status.canReceive) await this.#distributor.wake()
    return status
  }

  /** Somebody who may get dialogs but is not there any more goes offline; everybody else stays as they are. */
  async lost(userId: string): Promise<void> {
    const now = await this.#store.statusOf(userId)
    if (now === undefined || !now.status.canReceive) return
    const offline = (await this.#store.statuses()).find((status) => status.offline)
    if (offline !== undefined) await this.set(userId, offline.id)
  }
}
