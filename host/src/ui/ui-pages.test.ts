import { definePlugin } from '@parley/plugin-api'
import { createTestHost, type TestHost } from '@parley/test-kit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { TemporaryInstallation } from '../../test/temporary-installation.ts'
import { findPlugins } from '../plugins/installed-plugins.ts'
import { mountUi } from './ui-pages.ts'

let host: TestHost
let place: TemporaryInstallation

const toy = definePlugin({
  id: 'toy',
  config: z.object({ colour: z.string().default('red').meta({ visibility: 'ui' }), secret: z.string().default('s') }),
  routes: (http) => [http.post('/', { auth: 'public', aliases: ['/kw/both'] }, async () => ({}))],
})
const plain = definePlugin({ id: 'plain' })

beforeAll(async () => {
  place = new TemporaryInstallation()
  const path = place.plugin('toy', '', { ui: './dist/ui/ui-manifest.json' })
  place.plugin('plain')
  const manifest = {
    format: 1,
    entry: 'entry-1.js',
    style: 'style-1.css',
    integrity: { 'entry-1.js': 'sha384-entry', 'style-1.css': 'sha384-style' },
  }
  place.write('plugins/toy/dist/ui/ui-manifest.json', JSON.stringify(manifest))
  place.write('plugins/toy/dist/ui/entry-1.js', `export default {}${' '.repeat(2000)}`)
  place.write('plugins/toy/dist/ui/style-1.css', 'a{}')
  place.write('plugins/toy/dist/ui/not-listed.js', 'secret')
  const lock = { entries: {}, problems: [] }
  const { plugins } = await findPlugins(place.root, { plugins: { toy: { path }, plain: { path: 'plugins/plain' } } }, lock)
  host = await createTestHost({ plugins: [toy, plain] })
  const found = plugins.map((plugin) => ({
    ...plugin,
    version: '1.0.0',
    directory: `${place.root}/plugins/${plugin.id}`,
    manifest: { id: plugin.id, kind: 'feature' as const, api: '^1.0', ...(plugin.id === 'toy' ? { ui: './dist/ui/ui-manifest.json' } : {}) },
  }))
  mountUi({
    http: host.platform.http,
    shellDirectory: `${place.root}/shell`,
    found,
    plugins: () => host.kernel.plugins(),
    uiConfig: (id) => host.kernel.uiConfig(id),
    showReasons: true,
  })
})

afterAll(async () => {
  await host.stop()
  place[Symbol.dispose]()
})

const html = { headers: { accept: 'text/html' } }
const buildShell = (): void => {
  place.write('shell/assets/shell-1.js', 'export {}')
  const manifest = {
    entry: 'assets/shell-1.js',
    styles: ['shell-1.css'],
    imports: { vue: 'assets/vue-1.js' },
    integrity: { 'assets/shell-1.js': 'sha384-shell', 'shell-1.css': 'sha384-style' },
  }
  place.write('shell/shell-manifest.json', JSON.stringify(manifest))
}

test('the list of plugins has their state, their files and the configuration meant for the screen', async () => {
  const { body, headers } = await host.http.get('/ui/plugins')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(body).toEqual([
    { id: 'plain', version: '1.0.0', state: 'running', config: {} },
    { id: 'test-kit', version: '1.0.0', state: 'running', config: {} },
    {
      id: 'toy',
      version: '1.0.0',
      state: 'running',
      entry: '/ui/plugins/toy/1.0.0/entry-1.js',
      style: '/ui/plugins/toy/1.0.0/style-1.css',
      styleIntegrity: 'sha384-style',
      integrity: 'sha384-entry',
      config: { colour: 'red' },
    },
  ])
})

test('built files are served compressed and for ever', async () => {
  const { status, headers, text } = await host.http.get('/ui/plugins/toy/1.0.0/entry-1.js', { headers: { 'accept-encoding': 'gzip' } })
  expect([status, headers.get('content-type'), headers.get('cache-control'), headers.get('content-encoding')]).toEqual([
    200,
    'text/javascript; charset=utf-8',
    'public, max-age=31536000, immutable',
    'gzip',
  ])
  expect(text.trim()).toBe('export default {}')
})

test.each([
  '/ui/plugins/toy/1.0.0/not-listed.js',
  '/ui/plugins/toy/1.0.0/../../package.json',
  '/ui/plugins/toy/1.0.0/..%2f..%2fpackage.json',
  '/ui/plugins/toy/1.0.0/%2e%2e/%2e%2e/package.json',
  '/ui/plugins/toy/2.0.0/entry-1.js',
  '/ui/plugins/toy/1.0.0/%ff',
  '/ui/plugins/toy/1.0.0/__proto__',
  '/ui/plugins/nobody/1.0.0/entry-1.js',
  '/assets/..%2fshell-manifest.json',
  '/assets/',
  '/assets/missing.js',
])('%s leads nowhere', async (path) => {
  buildShell()
  const { status, body } = await host.http.get(path, html)
  expect([status, body.code]).toEqual([404, 'not_found'])
})

test('the page of the shell names its files, their hashes and a nonce of its own', async () => {
  buildShell()
  const page = await host.http.get('/operator-panel/requests/1', html)
  expect([page.status, page.headers.get('content-type'), page.headers.get('cache-control')]).toEqual([200, 'text/html; charset=utf-8', 'no-store'])
  const nonce = /<script type="importmap" nonce="([^"]+)">(.*?)<\/script>/.exec(page.text)!
  expect(JSON.parse(nonce[2]!)).toEqual({
    imports: { vue: '/assets/vue-1.js' },
    integrity: { '/assets/shell-1.js': 'sha384-shell', '/ui/plugins/toy/1.0.0/entry-1.js': 'sha384-entry' },
  })
  expect(page.text).toContain('<script type="module" src="/assets/shell-1.js" integrity="sha384-shell"></script>')
  expect(page.text).toContain('<link rel="stylesheet" href="/assets/shell-1.css" integrity="sha384-style">')
  const policy = page.headers.get('content-security-policy')!
  expect(policy).toContain(`script-src 'self' 'nonce-${nonce[1]}'`)
  expect(policy).not.toContain('unsafe')
  const again = await host.http.get('/', html)
  expect(again.headers.get('content-security-policy')).not.toBe(policy)
  expect((await host.http.get('/assets/shell-1.js')).text).toBe('export {}')
})

test('scripts carry what protects scripts, and nothing that is about documents', async () => {
  buildShell()
  for (const path of ['/assets/shell-1.js', '/ui/plugins/toy/1.0.0/entry-1.js']) {
    const { headers } = await host.http.get(path)
    expect([headers.get('x-content-type-options'), headers.get('cross-origin-resource-policy')]).toEqual(['nosniff', 'same-origin'])
    expect([headers.get('content-security-policy'), headers.get('x-frame-options')]).toEqual([null, null])
  }
})

test.each(['gzip', 'br'])('the page of the shell comes compressed with %s to who takes that', async (encoding) => {
  buildShell()
  const { headers, text } = await host.http.get('/', { headers: { ...html.headers, 'accept-encoding': encoding } })
  expect([headers.get('content-encoding'), headers.get('vary')?.toLowerCase()]).toEqual([encoding, expect.stringContaining('accept-encoding')])
  expect(text).toContain('<script type="importmap"')
})

test('a page may live where a route has only a POST', async () => {
  buildShell()
  expect((await host.http.get('/kw/both', html)).status).toBe(200)
  expect((await host.http.post('/kw/both')).status).toBe(200)
})

test.each(['/api/v1/nothing', '/hooks/nothing', '/ui/nothing', '/files/nothing', '/widget/nothing', '/health/nothing', '/system/nothing'])(
  'a wrong address below %s is not a page',
  async (path) => {
    expect((await host.http.get(path, html)).status).toBe(404)
  },
)

test('data is not answered with a page', async () => {
  expect((await host.http.get('/settings', { headers: { accept: 'application/json' } })).status).toBe(404)
  expect((await host.http.post('/settings', {}, html)).status).toBe(404)
})

test('without a built shell the page says so', async () => {
  const bare = await createTestHost({ plugins: [] })
  mountUi({
    http: bare.platform.http,
    shellDirectory: `${place.root}/nowhere`,
    found: [],
    plugins: () => [],
    uiConfig: () => ({}),
    showReasons: false,
  })
  const { status, text } = await bare.http.get('/', html)
  await bare.stop()
  expect(status).toBe(503)
  expect(text).toContain('npm run build')
})
