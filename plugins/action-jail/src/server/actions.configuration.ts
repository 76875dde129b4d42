import type { Audit, Clock, ConfigurationKind, Transaction } from '@parley/plugin-api'
import type { z } from 'zod'
import { editActions } from '../api/index.ts'
import type { ActionCheck } from './action-check.ts'
import { actionDocument, actionId } from './action-document.ts'
import { ActionLibrary } from './action-library.ts'
import { ActionStore } from './action-store.ts'

interface Parts {
  readonly actionCheck: ActionCheck
  readonly audit: Audit
  readonly clock: Clock
}

/** Custom actions by their ids; the code stands in the file as it was written. Versions and runs are history, and stay where they are. */
export const actionConfiguration = ({ actionCheck, audit, clock }: Parts): ConfigurationKind<z.output<typeof actionDocument>> => {
  const on = (db: Transaction): ActionLibrary => new ActionLibrary({ db, actionStore: new ActionStore({ db }), actionCheck, audit, clock })
  return {
    permission: editActions,
    // what cannot run is told with everything else that is wrong with the files
    schema: ({ key }) =>
      actionDocument.check(async ({ value, issues }) => {
        const { problems } = await actionCheck.check(key, value)
        for (const { level, part, path, line, message } of problems) {
          if (level !== 'error') continue
          const words = line === undefined ? message : `line ${line}: ${message}`
          issues.push({ code: 'custom', input: value, message: words, path: part === 'config' ? ['config', ...(path ?? '').split('.')] : ['code'] })
        }
      }),
    key: actionId,
    before: ['scenario-runtime/scenarios'],
    list: async (db) =>
      (await new ActionStore({ db }).all()).map(({ id, name, description, group, config, code, documentation }) => ({
        ...{ id, key: id, name },
        document: { name, description, group, config, code, documentation },
      })),
    async save({ key, document }, { db, actor }) {
      await on(db).save({ id: key, document, from: 'any', by: actor.name })
      return key
    },
    remove: ({ id }, { db }) => on(db).remove(id),
  }
}
