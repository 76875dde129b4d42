import { randomUUID } from 'node:crypto'
import { isAbsolute } from 'node:path'
import { ParleyError } from '@parley/plugin-api'
import type { HttpService } from '@parley/services'
import { readPackage } from '../plugins/plugin-package.ts'
import { isLocal } from '../system/is-local.ts'

type PageContext = Parameters<Parameters<HttpService['use']>[1]>[0]

/** What a page does to be new when the host is. */
export const reloadScript = '/system/development/reload.js'

const script = (started: string): string => `const started = '${started}'
setInterval(async () => {
  const answer = await fetch('/system/development').then((response) => response.json(), () => undefined)
  if (answer !== undefined && answer.started !== started) location.reload()
}, 1000)
`

const mostBytes = 10_000
/** A page of another site can make its own name lead here, and not one of these. */
const localNames = ['localhost', '127.0.0.1', '::1', '[::1]']

export interface DevelopmentOptions {
  readonly http: HttpService
  /** Asks whoever started this process to start it again, with this folder. */
  readonly restartWith: (folder: string) => void
}

/**
 * Where `parley-plugin dev` registers a folder. Mounted by `parley dev` only, for this machine only. The header keeps pages of other sites out:
 * a browser would have to ask before it sends one, and nobody says yes.
 */
export function mountDevelopmentPages({ http, restartWith }: DevelopmentOptions): void {
  const started = randomUUID()
  http.use('/system/development', async (ctx, next) => {
    if (!isLocal(ctx)) throw new ParleyError('forbidden', 'Plugins in development are registered from this machine only.')
    ctx.set('cache-control', 'no-store')
    if (ctx.path === reloadScript) {
      ctx.type = 'text/javascript'
      ctx.body = script(started)
    } else if (ctx.path !== '/system/development') await next()
    else if (ctx.method === 'POST') {
      if (ctx.get('x-parley-development') === '' || !localNames.includes(ctx.hostname))
        throw new ParleyError('forbidden', 'Send the header x-parley-development to localhost: parley-plugin dev does.')
      const folder = await folderIn(ctx)
      mustBePlugin(folder)
      ctx.status = 202
      ctx.body = { started }
      ctx.res.once('finish', () => restartWith(folder))
    } else ctx.body = { started }
  })
}

function mustBePlugin(folder: string): void {
  try {
    readPackage(folder)
  } catch (error) {
    throw new ParleyError('invalid_input', `It is no plugin: ${(error as Error).message}`, { cause: error })
  }
}

async function folderIn(ctx: PageContext): Promise<string> {
  let text = ''
  for await (const chunk of ctx.req) {
    text += String(chunk)
    if (text.length > mostBytes) break
  }
  try {
    const { folder } = JSON.parse(text) as { folder?: unknown }
    if (typeof folder === 'string' && isAbsolute(folder)) return folder
  } catch {
    // said below
  }
  throw new ParleyError('malformed_body', 'Send { "folder": "/the/whole/path" }.')
}
