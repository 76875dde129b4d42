import {
  ParleyError,
  type Audit,
  type Clock,
  type ConfigurationKind,
  type Logger,
  type Metrics,
  type Points,
  type Schema,
  type Secrets,
  type Site,
  type Transaction,
} from '@parley/plugin-api'
import { z } from 'zod'
import { editBots, type ChannelDriver } from '../../api/index.ts'
import type { AccountChecks } from '../accounts/account-checks.ts'
import { openConfig } from '../accounts/account-secrets.ts'
import { AccountStore } from '../accounts/account-store.ts'
import { Accounts } from '../accounts/accounts.ts'
import { refuseOtherServers } from '../accounts/keep-secrets.ts'
import { complete } from '../accounts/valid-config.ts'
import { BotStore } from '../bots/bot-store.ts'
import { connectLater } from './connect-later.ts'

const base = z.object({
  bot: z.string().meta({ reference: 'conversations/bots' }),
  channel: z.string().min(1).max(64),
  title: z.string().trim().min(1).max(128),
  active: z.boolean().default(true),
})
type AccountDocument = z.infer<typeof base> & { readonly config: Readonly<Record<string, unknown>> }

interface Parts {
  readonly accounts: Accounts
  readonly accountChecks: AccountChecks
  readonly points: Points
  readonly secrets: Secrets
  readonly audit: Audit
  readonly clock: Clock
  readonly log: Logger
  readonly site: Site
  readonly metrics: Metrics
}

/** Accounts of channels. The settings of one are as its channel describes them, whatever validator that speaks. */
export const accountConfiguration = (parts: Parts): ConfigurationKind<AccountDocument> => {
  const { accounts, accountChecks, points, secrets, audit, clock, log, site, metrics } = parts
  const on = (db: Transaction): Accounts =>
    new Accounts({ db, accountStore: new AccountStore({ db }), points, secrets, audit, clock, log, site, metrics })
  return {
    permission: editBots,
    schema: ({ document }) => {
      const driver = typeof document['channel'] === 'string' ? accounts.driver(document['channel']) : undefined
      return driver === undefined ? undefined : accountSchema(driver)
    },
    settingsOf: 'account',
    async list(db) {
      const names = new Map((await new BotStore({ db }).list()).map(({ id, name }) => [id, name]))
      const rows = (await new AccountStore({ db }).list()).filter(({ channel }) => accounts.driver(channel) !== undefined)
      return rows.map(({ id, botId, channel, title, active, config }) => ({
        id,
        name: `${names.get(botId) ?? ''} ${title}`,
        document: { bot: botId, channel, title, active, config: openConfig(config, secrets) },
      }))
    },
    async save({ id, document, before, keptSecrets }, context) {
      const service = on(context.db)
      const { bot: botId, channel, title, active, config } = document
      context.db.afterCommit(() => accounts.forget())
      if (id === undefined) {
        const created = await service.create({ botId, channel, title, config, active })
        connectLater({ accounts, accountChecks }, created, context)
        return created.id
      }
      if (before !== undefined && (before.bot !== botId || before.channel !== channel)) {
        throw new ParleyError(
          'conflict',
          'A channel account cannot move to another bot or become another channel. Give the new one a file of its own.',
        )
      }
      // whoever deploys could read them anyway
      if (before !== undefined && keptSecrets.length > 0 && context.actor.kind !== 'system')
        refuseOtherServers(config, complete(before.config, accounts.driver(channel)), keptSecrets)
      const { version } = await service.view(id)
      await service.change(id, version, { title, active, config }, { exact: true })
      connectLater({ accounts, accountChecks }, { id, title, active }, context)
      return id
    },
    async remove({ id }, { db, afterCommit }) {
      const saved = await on(db).saved(id)
      await on(db).remove(id)
      db.afterCommit(() => accounts.forget())
      afterCommit(() => accountChecks.disconnect(saved))
    },
  }
}

/** The common properties, and `config` as the driver's own schema has it. */
function accountSchema({ accountSchema: own }: ChannelDriver): Schema<AccountDocument> {
  const json = (of: 'input' | 'output', options: { target: any }): Record<string, unknown> => {
    const common = base['~standard'].jsonSchema[of](options)
    // references are read from the root
    const { $defs, ...config } = own['~standard'].jsonSchema[of](options)
    return { ...common, ...($defs === undefined ? {} : { $defs }), properties: { ...(common['properties'] as object), config } }
  }
  return {
    '~standard': {
      version: 1,
      vendor: 'parley',
      async validate(value: unknown) {
        const { config = {}, ...common } = (value ?? {}) as Record<string, unknown>
        const [outer, inner] = [base.safeParse(common), await own['~standard'].validate(config)]
        const issues = [
          ...(outer.error?.issues ?? []),
          ...(inner.issues ?? []).map(({ message, path = [] }: { message: string; path?: readonly PropertyKey[] }) => ({
            message,
            path: ['config', ...path],
          })),
        ]
        return issues.length > 0 ? { issues } : { value: { ...outer.data, config: inner.value } }
      },
      jsonSchema: { input: (options) => json('input', options), output: (options) => json('output', options) },
    },
  }
}
