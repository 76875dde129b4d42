import type { Audit, Clock, ConfigurationKind, Transaction } from '@parley/plugin-api'
import { z } from 'zod'
import { editBots } from '../../api/index.ts'
import type { AccountChecks } from '../accounts/account-checks.ts'
import { AccountStore } from '../accounts/account-store.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { botConstants, botLanguage, botName } from '../bots/bot-schema.ts'
import { BotStore } from '../bots/bot-store.ts'
import { BotRegistry } from '../bots/bots.ts'
import { connectLater } from './connect-later.ts'

const schema = z.object({ name: botName, language: botLanguage, active: z.boolean().default(true), constants: botConstants.default({}) })
type BotDocument = z.infer<typeof schema>

interface Parts {
  readonly accounts: Accounts
  readonly accountChecks: AccountChecks
  readonly bots: BotRegistry
  readonly audit: Audit
  readonly clock: Clock
}

/** Bots with their constants. */
export const botConfiguration = ({ accounts, accountChecks, bots, audit, clock }: Parts): ConfigurationKind<BotDocument> => {
  const on = (db: Transaction): BotRegistry => new BotRegistry({ db, botStore: new BotStore({ db }), accounts, audit, clock })
  return {
    permission: editBots,
    schema,
    settingsOf: 'bot',
    list: async (db) =>
      (await on(db).rows()).map(({ id, name, language, active, constants }) => ({ id, name, document: { name, language, active, constants } })),
    async save({ id, document, before }, context) {
      const registry = on(context.db)
      const { id: saved } = id === undefined ? await registry.create(document) : { id }
      const { version } = await registry.required(saved)
      await registry.change(saved, version, document)
      context.db.afterCommit(() => bots.forget())
      if (before !== undefined && before.active !== document.active) {
        const switched = (await new AccountStore({ db: context.db }).list({ botId: saved })).filter(({ active }) => active)
        for (const account of switched) connectLater({ accounts, accountChecks }, { ...account, active: document.active }, context)
      }
      return saved
    },
    async remove({ id }, { db }) {
      await on(db).remove(id)
      db.afterCommit(() => bots.forget())
    },
  }
}
