import type { Route, RouteBuilder } from '@parley/plugin-api'
import { z } from 'zod'
import { deleteBots, editBots, viewBots } from '../../api/index.ts'
import type { AccountChecks } from '../accounts/account-checks.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { botConstants as constants, botLanguage as language, botName as name } from './bot-schema.ts'
import type { BotRow } from './bot-store.ts'
import type { BotRegistry } from './bots.ts'

interface Cradle {
  readonly bots: BotRegistry
  readonly accounts: Accounts
  readonly accountChecks: AccountChecks
}

const params = z.object({ bot: z.string().min(1).max(64) })

const bot = z.object({
  id: z.string(),
  number: z.int(),
  name: z.string(),
  language: z.string(),
  active: z.boolean(),
  constants,
  version: z.int(),
  createdAt: z.string(),
})
const change = z.object({
  version: z.int(),
  name: name.optional(),
  language: language.optional(),
  active: z.boolean().optional(),
  constants: constants.optional(),
})

const view = (row: BotRow): z.infer<typeof bot> => ({ ...row, createdAt: row.createdAt.toISOString() })

export const botRoutes = (http: RouteBuilder<Cradle>): Route[] => [
  http.get(
    '/bots',
    { permission: viewBots, response: z.object({ bots: z.array(bot) }), summary: 'All bots the caller may see' },
    async ({ actor }, { bots }) => ({
      bots: (await bots.rows()).filter(({ id }) => actor.can(viewBots, id)).map(view),
    }),
  ),
  http.post(
    '/bots',
    { permission: editBots, body: z.object({ name, language: language.optional() }), response: bot, summary: 'Create a bot' },
    async ({ body }, { bots }) =>
      view(await bots.required((await bots.create({ name: body.name, ...(body.language && { language: body.language }) })).id)),
  ),
  http.get(
    '/bots/:bot',
    { permission: viewBots, params, response: bot, summary: 'One bot, by id or number' },
    async ({ params: p, actor }, { bots }) => view(await bots.allowed(p.bot, actor, viewBots)),
  ),
  http.patch(
    '/bots/:bot',
    { permission: editBots, params, body: change, response: bot, summary: 'Change a bot; its channels go on and off with it' },
    async ({ params: p, body, actor, origin }, { bots, accounts, accountChecks }) => {
      const { version, ...wanted } = body
      const before = await bots.allowed(p.bot, actor, editBots)
      const after = await bots.change(before.id, version, wanted)
      if (after.active !== before.active) {
        accounts.learnUrl(origin)
        const switched = (await accounts.views(after.id)).filter(({ active }) => active)
        await Promise.all(switched.map(({ id }) => accountChecks.connect(id)))
      }
      return view(after)
    },
  ),
  http.delete('/bots/:bot', { permission: deleteBots, params, summary: 'Delete a bot without channels' }, async ({ params: p, actor }, { bots }) => {
    await bots.remove((await bots.allowed(p.bot, actor, deleteBots)).id)
    return { deleted: true }
  }),
]
