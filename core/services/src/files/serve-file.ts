import type { Clock } from '@parley/plugin-api'
import { ParleyError } from '@parley/plugin-api'
import type { Middleware } from 'koa'
import { parseRange } from './byte-range.ts'
import type { Disk } from './disk.ts'
import type { FilesStore } from './files-store.ts'
import type { SignedUrls } from './signed-url.ts'

export interface ServeFileOptions {
  readonly store: FilesStore
  readonly disk: Disk
  readonly urls: SignedUrls
  readonly clock: Clock
}

// what a browser only shows or plays; SVG and PDF can hold scripts
const shownInPlace = /^(?:image\/(?:png|jpeg|gif|webp|avif|bmp)|audio\/[\w.+-]+|video\/(?:mp4|webm|ogg|quicktime))$/

const disposition = (name: string, inPlace: boolean): string => {
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\]/g, '_')
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  return `${inPlace ? 'inline' : 'attachment'}; filename="${ascii}"; filename*=UTF-8''${encoded}`
}

const yearOfSeconds = 31_536_000

/** GET /files/<id>/<name>?signature=…: whoever has the link may read the file, in parts too. */
export const serveFile =
  ({ store, disk, urls, clock }: ServeFileOptions): Middleware =>
  async (ctx, next) => {
    const [, , id, name] = ctx.path.split('/')
    if (id === undefined || name === undefined || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return await next()
    const query = new URLSearchParams(ctx.querystring)
    const expires = query.get('expires') ?? undefined
    if (!urls.verify(id, query.get('signature') ?? '', expires, clock.now())) {
      throw new ParleyError('forbidden', 'The signature of this link is wrong, or the link has expired. Open the page that showed it again.')
    }
    const file = await store.find(id)
    if (file === undefined || !(await disk.exists(id))) throw new ParleyError('not_found', 'This file was removed.')

    const age = expires === undefined ? yearOfSeconds : Math.floor(Number(expires) - clock.now().getTime() / 1000)
    ctx.set({
      'cache-control': `private, max-age=${age}, immutable`,
      'content-disposition': disposition(file.name, shownInPlace.test(file.type)),
      'content-security-policy': "default-src 'none'; sandbox",
      // the link is the right to read; pages of customers and mail programs show it too
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      'content-type': file.type,
      etag: `"${file.sha256}"`,
    })
    if (ctx.get('if-none-match') === `"${file.sha256}"`) {
      ctx.status = 304
      return
    }
    const ifRange = ctx.get('if-range')
    const range = parseRange(ifRange === '' || ifRange === `"${file.sha256}"` ? ctx.req.headers.range : undefined, file.size)
    if (range === 'impossible') {
      ctx.status = 416
      ctx.set('content-range', `bytes */${file.size}`)
      ctx.body = ''
      return
    }
    ctx.status = range === 'whole' ? 200 : 206
    if (range !== 'whole') ctx.set('content-range', `bytes ${range.start}-${range.end}/${file.size}`)
    ctx.length = range === 'whole' ? file.size : range.end - range.start + 1
    if (ctx.method === 'GET') ctx.body = disk.read(id, range === 'whole' ? undefined : range)
  }
