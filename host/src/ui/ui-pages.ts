import { join } from 'node:path'
import type { PluginHandle } from '@parley/kernel'
import { ParleyError, type PluginManifest } from '@parley/plugin-api'
import { stateOf, type HttpService } from '@parley/services'
import type { FoundPlugin } from '../plugins/installed-plugins.ts'
import { AssetFiles, compressors, type Encoding } from './asset-files.ts'
import { notBuilt, renderIndex } from './index-html.ts'
import { PluginUis, type PluginUi } from './plugin-ui.ts'
import { ShellBuild } from './shell-build.ts'

type Page = Parameters<HttpService['use']>[1]
type PageContext = Parameters<Page>[0]

export interface UiOptions {
  readonly http: HttpService
  /** `ui-shell/dist` */
  readonly shellDirectory: string
  readonly found: readonly FoundPlugin[]
  readonly plugins: () => readonly PluginHandle[]
  readonly uiConfig: (plugin: string) => Readonly<Record<string, unknown>>
  /** Whether reasons of failures may be shown to anybody who asks. */
  readonly showReasons: boolean
  /** Address of a script that the page runs beside the shell. */
  readonly extraScript?: string
}

/** What a plugin would bring that does not run, because nobody wants it to. */
export interface PluginAbout extends Pick<PluginManifest, 'kind' | 'title' | 'description' | 'pages'> {
  readonly feature: string
}

/** What the shell is told of one plugin. */
export interface UiDescriptor {
  readonly id: string
  readonly version: string
  readonly state: string
  readonly reason?: string
  readonly entry?: string
  readonly style?: string
  readonly styleIntegrity?: string
  readonly integrity?: string
  /** Only of a plugin that is switched off, or that the licence does not include. */
  readonly about?: PluginAbout
  readonly config: Readonly<Record<string, unknown>>
}

/** First segments that are never a page of the shell: a wrong address there is a 404 and not an empty screen. */
const notPages = ['api', 'hooks', 'ui', 'files', 'widget', 'health', 'system', 'metrics', 'assets', 'api-docs', 'socket.io']
const immutable = 'public, max-age=31536000, immutable'

/** Serves the shell, the list of plugins for it, and the plugins' built files. */
export function mountUi(options: UiOptions): void {
  const { http } = options
  const shell = new ShellBuild({ directory: options.shellDirectory })
  const files = new AssetFiles()
  const uis = new PluginUis(options)
  const built = (): PluginUi[] =>
    options.plugins().flatMap(({ id }) => {
      const ui = uis.get(id)
      return typeof ui === 'object' ? [ui] : []
    })

  http.use('/ui/plugins', async (ctx) => {
    onlyReads(ctx)
    const [, , , id, version, ...rest] = ctx.path.split('/')
    if (id === undefined || id === '') {
      ctx.set('cache-control', 'no-store')
      ctx.body = describe(options, uis)
      return
    }
    const ui = uis.get(id)
    const file = decoded(rest.join('/'))
    if (typeof ui !== 'object' || ui.base !== `/ui/plugins/${id}/${version}/` || !Object.hasOwn(ui.manifest.integrity, file)) throw nothingHere()
    await send(ctx, files, join(ui.directory, file), ui.approved?.get(file))
  })

  http.use('/assets', async (ctx) => {
    onlyReads(ctx)
    const name = decoded(ctx.path.slice('/assets/'.length))
    if (!/^[\w@.-]+(\/[\w@.-]+)*$/.test(name) || name.split('/').some((part) => /^\.+$/.test(part))) throw nothingHere()
    await send(ctx, files, join(shell.directory, 'assets', name))
  })

  http.use('/', async (ctx, next) => {
    const first = ctx.path.split('/')[1] ?? ''
    if (notPages.includes(first) || !['GET', 'HEAD'].includes(ctx.method) || ctx.accepts('html') === false) return next()
    ctx.type = 'text/html; charset=utf-8'
    ctx.set('cache-control', 'no-store')
    const manifest = shell.manifest()
    if (!manifest) {
      ctx.status = 503
      ctx.body = notBuilt
      return
    }
    const { html, policy } = renderIndex(manifest, built(), options.extraScript)
    ctx.set('content-security-policy', policy)
    const [encoding = 'identity'] = acceptedBy(ctx)
    sayEncoding(ctx, encoding)
    ctx.body = await compressors[encoding](Buffer.from(html))
  })
}

function describe({ plugins, found, uiConfig, showReasons }: UiOptions, uis: PluginUis): UiDescriptor[] {
  return plugins().map((plugin) => {
    const { id, version, reason } = plugin
    const ui = uis.get(id)
    const runs = stateOf(plugin)
    // The server face works on; the shell has to say why there are no pages.
    const state = runs === 'running' && typeof ui === 'string' ? 'failed' : runs
    const built = typeof ui === 'object' ? ui : undefined
    const why = reason ?? (typeof ui === 'string' ? ui : undefined)
    const { entry, style, integrity } = built?.manifest ?? {}
    return {
      id,
      version,
      state,
      ...(showReasons && why !== undefined ? { reason: why } : {}),
      ...(entry === undefined ? {} : { entry: built!.base + entry, integrity: integrity![entry]! }),
      ...(style === undefined ? {} : { style: built!.base + style, styleIntegrity: integrity![style]! }),
      ...(isOff(state) ? aboutOf(found.find((one) => one.id === id)) : {}),
      config: state === 'running' ? uiConfig(id) : {},
    }
  })
}

const isOff = (state: string): boolean => ['unlicensed', 'suspended', 'disabled', 'quarantined'].includes(state)

function aboutOf(plugin: FoundPlugin | undefined): { about?: PluginAbout } {
  if (plugin?.manifest === undefined) return {}
  const { kind, title, description, pages, licence } = plugin.manifest
  const words = { ...(title === undefined ? {} : { title }), ...(description === undefined ? {} : { description }) }
  return { about: { kind, feature: licence ?? plugin.id, ...words, ...(pages === undefined ? {} : { pages }) } }
}

async function send(ctx: PageContext, files: AssetFiles, path: string, approved?: string): Promise<void> {
  const file = await files.read(path, acceptedBy(ctx), approved)
  if (!file) throw nothingHere()
  ctx.set('cache-control', immutable)
  sayEncoding(ctx, file.encoding)
  if (partOfPage.test(file.type)) for (const name of ofDocuments) ctx.remove(name)
  ctx.type = file.type
  ctx.body = file.content
}

const partOfPage = /^(text\/(javascript|css)|font\/)/
/** What says something of documents only, and is half a kilobyte; a first load has some fifty files. */
const ofDocuments = [
  'content-security-policy',
  'cross-origin-opener-policy',
  'origin-agent-cluster',
  'referrer-policy',
  'x-dns-prefetch-control',
  'x-download-options',
  'x-frame-options',
  'x-permitted-cross-domain-policies',
  'x-xss-protection',
]

const acceptedBy = (ctx: PageContext): Encoding[] =>
  [ctx.acceptsEncodings(['br', 'gzip', 'identity'])].flat().filter((one): one is Encoding => one === 'br' || one === 'gzip')

function sayEncoding(ctx: PageContext, encoding: Encoding): void {
  ctx.vary('accept-encoding')
  if (encoding !== 'identity') ctx.set('content-encoding', encoding)
}

function onlyReads(ctx: PageContext): void {
  if (ctx.method === 'GET' || ctx.method === 'HEAD') return
  ctx.set('allow', 'GET, HEAD')
  throw new ParleyError('method_not_allowed', `${ctx.method} is not possible here. Use GET.`)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw nothingHere()
  }
}

const nothingHere = (): ParleyError => new ParleyError('not_found', 'There is no such file. Reload the page: a new version may have been installed.')
