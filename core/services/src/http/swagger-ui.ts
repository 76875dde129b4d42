import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Middleware } from 'koa'

const assets: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
}

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Parley API</title>
    <link rel="stylesheet" href="/api-docs/swagger-ui.css">
    <link rel="icon" href="/api-docs/favicon-32x32.png">
  </head>
  <body>
    <div id="api"></div>
    <script src="/api-docs/swagger-ui-bundle.js"></script>
    <script src="/api-docs/start.js"></script>
  </body>
</html>
`
const script = `SwaggerUIBundle({ url: '/api/v1/openapi.json', dom_id: '#api', deepLinking: true, docExpansion: 'none' })
`
// it sets style attributes, and draws its icons from data: addresses
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"

/** The API's description for people, from files of this installation alone. */
export const swaggerUi = (): Middleware => {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  return async (ctx, next) => {
    const name = ctx.path.slice('/api-docs'.length).replace(/^\//, '')
    ctx.set('content-security-policy', policy)
    if (name === '') {
      ctx.type = 'text/html; charset=utf-8'
      ctx.body = page
    } else if (name === 'start.js') {
      ctx.type = 'text/javascript; charset=utf-8'
      ctx.body = script
    } else if (Object.hasOwn(assets, name)) {
      const file = join(folder, name)
      const { size, mtime } = await stat(file)
      ctx.set('cache-control', 'public, max-age=3600')
      ctx.lastModified = mtime
      ctx.status = 200
      if (ctx.fresh) {
        ctx.status = 304
        return
      }
      ctx.type = assets[name]!
      ctx.length = size
      ctx.body = createReadStream(file)
    } else await next()
  }
}
