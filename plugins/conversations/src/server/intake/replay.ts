import { ParleyError, type Audit, type PluginDatabase } from '@parley/plugin-api'
import type { Receipt } from '../../api/index.ts'
import { timeOfId } from '../ids.ts'
import type { ChannelInbox } from './inbox.ts'

export interface IntakeLine {
  readonly id: string
  readonly at: string
  /** As it came; what is not text is shown as far as it can be. */
  readonly payload: string
  readonly events: number
  readonly problem?: string
}

const shownCharacters = 16_384

/** The raw intake: what came, and taking it in again after a driver has learned something. */
export class Replay {
  readonly #db: PluginDatabase
  readonly #inbox: ChannelInbox
  readonly #audit: Audit

  constructor({ db, inbox, audit }: { db: PluginDatabase; inbox: ChannelInbox; audit: Audit }) {
    this.#db = db
    this.#inbox = inbox
    this.#audit = audit
  }

  async page(
    accountId: string,
    { before, limit }: { readonly before?: string | undefined; readonly limit: number },
  ): Promise<{ lines: IntakeLine[]; more: boolean }> {
    const rows = await this.#db.query<{ id: string; payload: Buffer; events: number; problem: string | null }>(
      'SELECT id, payload, events, problem FROM {intake} WHERE account_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3',
      [accountId, before ?? null, limit + 1],
    )
    const lines = rows.slice(0, limit).map(({ id, payload, events, problem }) => ({
      id,
      at: timeOfId(id).toISOString(),
      payload: payload.toString('utf8').slice(0, shownCharacters),
      events,
      ...(problem === null ? {} : { problem }),
    }))
    return { lines, more: rows.length > limit }
  }

  async again(accountId: string, id: string): Promise<Receipt> {
    const [row] = await this.#db.query<{ payload: Buffer }>('SELECT payload FROM {intake} WHERE account_id = $1 AND id = $2', [accountId, id])
    if (row === undefined)
      throw new ParleyError('not_found', 'This payload is not kept any more. The configuration says how long they are (keep.intake).')
    const receipt = await this.#inbox.takeIn(accountId, row.payload, { logged: true })
    const { stored, duplicates, messages } = receipt
    await this.#db.query(
      'UPDATE {intake} SET events = $3, problem = NULL WHERE account_id = $1 AND id = $2 AND (events <> $3 OR problem IS NOT NULL)',
      [accountId, id, messages.length],
    )
    await this.#audit.record({ action: 'intake.replay', object: { type: 'account', id: accountId }, after: { payload: id, stored, duplicates } })
    return receipt
  }
}
