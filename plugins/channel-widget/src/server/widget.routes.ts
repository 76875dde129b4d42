import { createReadStream } from 'node:fs'
import { reply, type Files, type RouteBuilder } from '@parley/plugin-api'
import { z } from 'zod'
import { demoPage, missingPage } from './demo-page.ts'
import type { Visitors } from './visitors.ts'
import type { VisitorTokens } from './visitor-tokens.ts'

interface WidgetCradle {
  readonly files: Files
  readonly visitors: Visitors
  readonly visitorTokens: VisitorTokens
}

const maxBytes = 20 * 1024 * 1024

export const widgetRoutes = (http: RouteBuilder<WidgetCradle>) => [
  http.get('/script', { auth: 'public', aliases: ['/widget/kw.js'], rateLimit: 6000, summary: 'The script a site includes' }, async () =>
    reply({
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'public, max-age=300',
        'cross-origin-resource-policy': 'cross-origin',
        'access-control-allow-origin': '*',
      },
      stream: createReadStream(new URL('../browser/kw.js', import.meta.url)),
    }),
  ),
  http.get('/demo-script', { auth: 'public', aliases: ['/widget/demo.js'], summary: 'The script of the demo page' }, async () =>
    reply({
      headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache' },
      stream: createReadStream(new URL('../browser/demo.js', import.meta.url)),
    }),
  ),
  http.get(
    '/demo/:locale',
    {
      auth: 'public',
      aliases: ['/widget/:locale/'],
      params: z.object({ locale: z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/) }),
      query: z.object({ 'bot-id': z.string().max(64).default('1') }),
      summary: 'The demo page and its colour constructor',
    },
    async ({ params, query }, { visitors }) => {
      const bot = query['bot-id']
      const account = await visitors.find(bot)
      if (account === undefined) return reply({ status: 404, ...missingPage(params.locale, bot) })
      return reply({ ...demoPage(params.locale, bot, account) })
    },
  ),
  http.post(
    '/files',
    {
      auth: 'webhook',
      query: z.object({ bot_id: z.string().max(64), token: z.string().max(2048) }),
      multipart: { maxBytes, maxFiles: 1 },
      rateLimit: 30,
      summary: 'A file from a visitor',
    },
    async ({ query, headers, origin, files: uploaded }, { visitors, visitorTokens, files }) => {
      const account = await visitors.account(query.bot_id)
      visitors.mustAllow(account, headers['origin'], origin)
      const allow = { 'access-control-allow-origin': headers['origin'] ?? '*' }
      const visitor = account.config.files ? await visitorTokens.verify(account.id, query.token) : undefined
      const [file] = uploaded
      if (visitor === undefined || file === undefined) {
        for (const each of uploaded) await files.remove(each.id)
        // Said to the page of the site, which cannot read an answer without the header: it would take a refusal for a broken line.
        const detail = 'This widget takes no files from you. Reload the page and try again.'
        return reply({ status: 403, headers: allow, body: { code: 'forbidden', status: 403, detail } })
      }
      return reply({
        headers: allow,
        body: { fileId: file.id, name: file.name, type: file.type, size: file.size, url: files.url(file) },
      })
    },
  ),
]
