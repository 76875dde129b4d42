import { ParleyError, type Actor, type Clock, type Permission, type Points, type Route, type RouteBuilder } from '@parley/plugin-api'
import { z } from 'zod'
import { channels, deleteBots, editBots, languageWords, viewBots } from '../../api/index.ts'
import type { BotRegistry } from '../bots/bots.ts'
import type { Replay } from '../intake/replay.ts'
import { shownHealth } from '../words.ts'
import type { AccountChecks } from './account-checks.ts'
import { formOf, secretNames } from './account-secrets.ts'
import type { Accounts, AccountView } from './accounts.ts'

interface Cradle {
  readonly accounts: Accounts
  readonly accountChecks: AccountChecks
  readonly bots: BotRegistry
  readonly replay: Replay
  readonly points: Points
  readonly clock: Clock
}

const params = z.object({ id: z.uuid() })
const settings = z.record(z.string().max(128), z.unknown())
const shownSettings = settings.meta({
  description: 'As the form of the channel says. A saved secret is shown as `{ "$saved": "…" }`; sent back as such it stays what it is.',
})
const changedSettings = settings.meta({
  description:
    'All settings. A secret stays what it is when it is left out, empty or sent as it was shown, and `null` removes an optional one. ' +
    'In a list only a secret that is sent as it was shown stays.',
})
const title = z.string().trim().min(1).max(128)
const draft = z.object({ botId: z.uuid(), channel: z.string().min(1).max(64), title, config: settings })
const health = z.object({
  state: z.enum(['ok', 'warning', 'broken', 'unchecked']),
  text: z.string().meta({ description: 'What was seen, in English.' }),
  words: languageWords.optional().meta({ description: 'The same by language, where the channel says it in several.' }),
  identity: z.object({ name: z.string(), url: z.string().optional() }).optional(),
  credentialsEndAt: z.string().optional(),
  at: z.string().optional(),
})
const account = z.object({
  id: z.string(),
  botId: z.string(),
  channel: z.string(),
  title: z.string(),
  config: shownSettings,
  secretsSet: z.array(z.string()),
  webhookUrl: z.string(),
  active: z.boolean(),
  health,
  version: z.int(),
})

const words = z.union([z.string(), z.record(z.string(), z.string())])
const nextSteps = z.object({
  steps: z.array(z.object({ title: words, text: words.optional(), code: z.string().optional(), url: words.optional() })),
})

const ofBot = (permission: Permission) => (call: { body: { botId: string } }) => ({ permission, botId: call.body.botId })

const allowed = async (accounts: Accounts, id: string, actor: Actor, permission: Permission): Promise<AccountView> => {
  const found = await accounts.view(id)
  if (!actor.can(viewBots, found.botId)) throw new ParleyError('not_found', `The channel account "${id}" does not exist.`)
  if (!actor.can(permission, found.botId)) throw new ParleyError('forbidden', 'Your role does not allow this for the bot. Ask an administrator.')
  return found
}

export const accountRoutes = (http: RouteBuilder<Cradle>): Route[] => [
  http.get('/channels', { permission: viewBots, summary: 'Kinds of channel, with their forms and abilities' }, async (_, { points }) => ({
    channels: [...points.get(channels)].map(([kind, driver]) => ({
      kind,
      title: driver.title,
      icon: driver.icon,
      about: driver.about,
      form: formOf(driver.accountSchema),
      secrets: secretNames(driver.accountSchema),
      capabilities: driver.capabilities,
      idempotentSend: driver.idempotentSend,
      checks: driver.check !== undefined,
    })),
  })),
  http.get(
    '/accounts',
    {
      permission: viewBots,
      query: z.object({ botId: z.uuid().optional() }),
      response: z.object({ accounts: z.array(account) }),
      summary: 'Connected accounts',
    },
    async ({ query, actor, origin }, { accounts }) => {
      accounts.learnUrl(origin)
      return { accounts: (await accounts.views(query.botId)).filter(({ botId }) => actor.can(viewBots, botId)) }
    },
  ),
  http.post(
    '/accounts',
    {
      permission: ofBot(editBots),
      body: draft.extend({ active: z.boolean().optional() }),
      response: account,
      summary: 'Connect an account and its webhook',
    },
    async ({ body, origin }, { accounts, accountChecks, bots }) => {
      accounts.learnUrl(origin)
      await bots.required(body.botId)
      const { id } = await accounts.create({ ...body, active: body.active ?? true })
      await accountChecks.connect(id)
      return await accounts.view(id)
    },
  ),
  http.post(
    '/accounts/check',
    {
      permission: ofBot(editBots),
      body: draft.extend({ config: changedSettings, id: z.uuid().optional() }),
      response: health,
      unaudited: 'a look that changes nothing',
      summary: 'Check settings before they are saved',
    },
    async ({ body, origin, signal, actor }, { accounts, accountChecks }) => {
      accounts.learnUrl(origin)
      if (body.id !== undefined) await allowed(accounts, body.id, actor, editBots)
      return shownHealth(await accountChecks.checkDraft(body, signal))
    },
  ),
  http.get(
    '/accounts/:id',
    { permission: viewBots, params, response: account, summary: 'One account, without its secrets' },
    async ({ params: p, actor }, { accounts }) => allowed(accounts, p.id, actor, viewBots),
  ),
  http.patch(
    '/accounts/:id',
    {
      permission: editBots,
      params,
      body: z.object({ version: z.int(), title: title.optional(), config: changedSettings.optional(), active: z.boolean().optional() }),
      response: account,
      summary: 'Change an account; secrets left out stay, and null removes one',
    },
    async ({ params: p, body, actor, origin }, { accounts, accountChecks }) => {
      accounts.learnUrl(origin)
      await allowed(accounts, p.id, actor, editBots)
      const { version, ...change } = body
      await accounts.change(p.id, version, change)
      await accountChecks.connect(p.id)
      return await accounts.view(p.id)
    },
  ),
  http.delete(
    '/accounts/:id',
    { permission: deleteBots, params, summary: 'Remove an account without conversations' },
    async ({ params: p, actor }, { accounts, accountChecks }) => {
      await allowed(accounts, p.id, actor, deleteBots)
      const saved = await accounts.saved(p.id)
      await accounts.remove(p.id)
      await accountChecks.disconnect(saved)
      return { deleted: true }
    },
  ),
  http.post(
    '/accounts/:id/check',
    { permission: editBots, params, response: health, unaudited: 'a look that changes nothing', summary: 'Ask the provider how the account is' },
    async ({ params: p, actor, signal }, { accounts, accountChecks }) => {
      await allowed(accounts, p.id, actor, editBots)
      return shownHealth(await accountChecks.check(p.id, signal))
    },
  ),
  http.get(
    '/accounts/:id/next-steps',
    { permission: viewBots, params, response: nextSteps, summary: 'What to do after the account was connected' },
    async ({ params: p, actor, origin }, { accounts, bots }) => {
      accounts.learnUrl(origin)
      const { botId, channel, health: seen } = await allowed(accounts, p.id, actor, viewBots)
      const { number, language } = await bots.required(botId)
      const place = { origin: accounts.absolute('/').slice(0, -1), bot: { number, language }, ...(seen.identity && { identity: seen.identity }) }
      return { steps: accounts.driver(channel)?.nextSteps?.(await accounts.saved(p.id), place) ?? [] }
    },
  ),
  http.get(
    '/accounts/:id/intake',
    {
      permission: editBots,
      params,
      query: z.object({ before: z.uuid().optional(), limit: z.coerce.number().int().min(1).max(100).default(20) }),
      summary: 'What came in as it came, newest first',
    },
    async ({ params: p, query, actor }, { accounts, replay }) => {
      await allowed(accounts, p.id, actor, editBots)
      return await replay.page(p.id, query)
    },
  ),
  http.post(
    '/accounts/:id/intake/:payload/replay',
    { permission: editBots, params: params.extend({ payload: z.uuid() }), summary: 'Take a payload in again; events that are known stay single' },
    async ({ params: p, actor }, { accounts, replay }) => {
      await allowed(accounts, p.id, actor, editBots)
      return await replay.again(p.id, p.payload)
    },
  ),
]
