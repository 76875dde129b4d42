import { ParleyError, type Audit, type Clock, type PluginDatabase } from '@parley/plugin-api'
import type { ActionDocument } from '../api/index.ts'
import type { ActionCheck } from './action-check.ts'
import { hashOfCode, textOf } from './action-document.ts'
import { ActionStore, type StoredAction } from './action-store.ts'

interface Dependencies {
  readonly db: PluginDatabase
  readonly actionStore: ActionStore
  readonly actionCheck: Pick<ActionCheck, 'refuseErrors'>
  readonly audit: Audit
  readonly clock: Clock
}

export interface Save {
  readonly id: string
  readonly document: ActionDocument
  /** The version the change began from; `undefined` for an action that is not there yet, `any` where the last one wins. */
  readonly from: number | 'any' | undefined
  readonly by: string
}

/** What the audit keeps of an action; its versions have the rest. */
const trace = ({ name, description, group, code, config, version }: ActionDocument & { readonly version: number }) => ({
  ...{ version, name, description, group, config },
  code: hashOfCode(code),
})

const missing = (id: string): ParleyError =>
  new ParleyError('not_found', `There is no custom action "${id}". It may have been deleted: the list shows those there are.`)

/** Custom actions, their versions, and what may be done with them. Each change leaves its trace. */
export class ActionLibrary {
  readonly #deps: Dependencies

  constructor({ db, actionStore, actionCheck, audit, clock }: Dependencies) {
    this.#deps = { db, actionStore, actionCheck, audit, clock }
  }

  async get(id: string): Promise<StoredAction> {
    const action = await this.#deps.actionStore.find(id)
    if (action === undefined || action.deletedAt !== undefined) throw missing(id)
    return action
  }

  /**
   * What was saved meanwhile is never overwritten: `stale_write`. What cannot run is refused with everything that is wrong with it: `unprocessable`.
   * The same once more is no new version.
   */
  async save(save: Save): Promise<StoredAction> {
    await this.#deps.actionCheck.refuseErrors(save.id, save.document)
    return await this.#store(save)
  }

  /** An older version becomes the newest one. */
  async restoreVersion(id: string, number: number, from: number, by: string): Promise<StoredAction> {
    const document = await this.version(id, number)
    await this.#deps.actionCheck.refuseErrors(id, document)
    return await this.#store({ id, document, from, by }, 'restore')
  }

  async version(id: string, number: number): Promise<ActionDocument> {
    const document = await this.#deps.actionStore.version(id, number)
    if (document === undefined) throw new ParleyError('not_found', `The action "${id}" has no version ${number}. The last hundred are kept.`)
    return document
  }

  /** It can be brought back for a month. */
  async remove(id: string): Promise<void> {
    await this.#setDeleted(id, 'delete')
  }

  async bringBack(id: string): Promise<StoredAction> {
    await this.#setDeleted(id, 'bring_back')
    return await this.get(id)
  }

  async #store({ id, document, from, by }: Save, verb?: 'restore'): Promise<StoredAction> {
    const { db, actionStore, audit, clock } = this.#deps
    return await db.transaction(async (tx) => {
      await actionStore.changing(tx)
      const stored = await new ActionStore({ db: tx }).find(id)
      const live = stored?.deletedAt === undefined ? stored : undefined
      if (from === undefined && live !== undefined)
        throw new ParleyError('conflict', `There is a custom action "${id}" already. Choose another id; what you wrote was not saved.`)
      if (typeof from === 'number' && live === undefined) throw missing(id)
      if (typeof from === 'number' && live?.version !== from)
        throw new ParleyError(
          'stale_write',
          `${live?.updatedBy} saved version ${live?.version} of this action meanwhile. What you wrote was not saved and is still on your page.`,
          { details: { version: live?.version } },
        )
      const object = { type: 'custom_action', id, title: document.name }
      if (live !== undefined && textOf(live) === textOf(document)) {
        await audit.record({ action: 'custom_action.update', object, before: trace(live), after: trace(live) }, { within: tx })
        return live
      }
      const next = { ...document, id, version: (stored?.version ?? 0) + 1, updatedAt: clock.now(), updatedBy: by }
      await actionStore.save(next, textOf(document), tx)
      await audit.record(
        {
          action: `custom_action.${verb ?? (live === undefined ? 'create' : 'update')}`,
          object,
          ...(live === undefined ? {} : { before: trace(live) }),
          after: trace(next),
        },
        { within: tx },
      )
      return { ...next, deletedAt: undefined }
    })
  }

  async #setDeleted(id: string, verb: 'delete' | 'bring_back'): Promise<void> {
    const { db, actionStore, audit, clock } = this.#deps
    await db.transaction(async (tx) => {
      await actionStore.changing(tx)
      const stored = await new ActionStore({ db: tx }).find(id)
      if (stored === undefined || (verb === 'delete') === (stored.deletedAt !== undefined)) throw missing(id)
      await actionStore.setDeleted(id, verb === 'delete' ? clock.now() : undefined, tx)
      await audit.record(
        {
          action: `custom_action.${verb}`,
          object: { type: 'custom_action', id, title: stored.name },
          ...(verb === 'delete' ? { before: trace(stored) } : { after: trace(stored) }),
        },
        { within: tx },
      )
    })
  }
}
