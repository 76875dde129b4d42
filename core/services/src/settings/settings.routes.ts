import { ParleyError, permissionId, type Actor, type Route } from '@parley/plugin-api'
import { z } from 'zod'
import { hostRoute } from './host-route.ts'
import { inputSchema, type PluginPage, type Settings } from './settings.ts'

const params = z.object({ plugin: z.string().max(64), page: z.string().max(64) })
const scope = z.object({ scopeId: z.string().min(1).max(128).optional() })
const pageInfo = z.object({
  plugin: z.string(),
  id: z.string(),
  title: z.string(),
  scope: z.enum(['instance', 'bot', 'account']),
  permission: z.string(),
})
const shown = pageInfo.extend({
  schema: z.record(z.string(), z.unknown()),
  value: z.unknown(),
  version: z.number().int(),
})

/** What the shell draws its settings pages from. Paths are relative to `/api/v1`; the host mounts them. */
export const settingsRoutes = (settings: Settings): readonly Route[] => [
  hostRoute('GET', '/settings', { response: z.array(pageInfo), summary: 'Settings pages the caller may open' }, async ({ actor }) =>
    settings
      .pages()
      .filter(({ page }) => actor.can(page.permission))
      .map(info),
  ),
  hostRoute(
    'GET',
    '/settings/:plugin/:page',
    { params, query: scope, response: shown, summary: 'A settings page: its JSON Schema and its value, secrets masked' },
    async (call) => {
      const found = permitted(settings, call.params, call.actor, call.query.scopeId)
      return answer(found, await settings.show(found, call.query.scopeId))
    },
  ),
  hostRoute(
    'PUT',
    '/settings/:plugin/:page',
    {
      params,
      query: scope,
      body: z.object({ value: z.record(z.string(), z.unknown()), version: z.number().int().min(0) }),
      response: shown,
      summary: 'Saves a settings page; a secret sent as its mask stays as it is, one sent as null is removed',
    },
    async (call) => {
      const found = permitted(settings, call.params, call.actor, call.query.scopeId)
      return answer(found, await settings.put(found, { value: call.body.value, version: call.body.version }, call.query.scopeId))
    },
  ),
]

function permitted(settings: Settings, { plugin, page }: { plugin: string; page: string }, actor: Actor, scopeId: string | undefined): PluginPage {
  const found = settings.pages().find((candidate) => candidate.plugin === plugin && candidate.page.id === page)
  if (found === undefined)
    throw new ParleyError('not_found', `There are no settings "${plugin}/${page}". GET /api/v1/settings lists those there are.`)
  if (!actor.can(found.page.permission, found.page.scope === 'bot' ? scopeId : undefined)) {
    throw new ParleyError(
      'forbidden',
      `"${found.page.title}" needs the permission "${permissionId(found.page.permission)}". Ask an administrator for it.`,
    )
  }
  return found
}

const info = ({ plugin, page }: PluginPage) => ({
  plugin,
  id: page.id,
  title: page.title,
  scope: page.scope,
  permission: permissionId(page.permission),
})

const answer = (found: PluginPage, { value, version }: { value: unknown; version: number }) => ({
  ...info(found),
  schema: inputSchema(found.page),
  value,
  version,
})
