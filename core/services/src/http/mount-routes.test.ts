import { describe, expect, test } from 'vitest'
import { mountRoutes } from './mount-routes.ts'
import { testPlugin } from './test-app.ts'

const auth = 'public'
const ok = async () => 'ok'
const host = testPlugin('host', (http) => [http.get('/settings/:page', {}, ok)])

const messageOf = (...plugins: Parameters<typeof mountRoutes>[1]): string => {
  try {
    mountRoutes(host, plugins)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

describe('mounting', () => {
  test('puts routes below the plugin, webhooks below /hooks, aliases where they say', () => {
    const shop = testPlugin('shop', (http) => [
      http.get('/', {}, ok),
      http.post('/in', { auth: 'webhook', aliases: ['/kw/api/in', '/api/v1/orders/in'] }, ok),
    ])
    expect(mountRoutes(host, [shop]).endpoints.map(({ label }) => label)).toEqual([
      'GET /api/v1/settings/:page',
      'GET /api/v1/shop',
      'POST /hooks/shop/in',
      'POST /kw/api/in',
      'POST /api/v1/orders/in',
    ])
  })

  test('lists every clash, each with both sides', () => {
    const shop = testPlugin('shop', (http) => [http.get('/items/:id', { auth, aliases: ['/kw/items'] }, ok), http.get('/items/:key', { auth }, ok)])
    const kw = testPlugin('kw', (http) => [http.get('/', { auth, aliases: ['/kw/items', 'relative', '/health/live'] }, ok)])
    expect(messageOf(shop, kw, testPlugin('settings'), testPlugin('files'))).toBe(
      `The routes have 7 problems; nothing was mounted.
  1. "shop" mounts GET /api/v1/shop/items/:key, and "shop" mounts GET /api/v1/shop/items/:id. Change the path of one.
  2. "kw" mounts GET /kw/items, and "shop" mounts GET /kw/items. Change the path of one.
  3. "kw" has the alias "relative". Start it with "/" and a word that is not one of api, api-docs, assets, files, health, hooks, host, metrics, socket.io, system, ui, v1.
  4. "kw" has the alias "/health/live". Start it with "/" and a word that is not one of api, api-docs, assets, files, health, hooks, host, metrics, socket.io, system, ui, v1.
  5. The plugin id "kw" is reserved by the alias GET /kw/items of "shop". Rename the plugin or change that path.
  6. The plugin id "settings" is reserved by the host's route GET /api/v1/settings/:page. Rename the plugin or change that path.
  7. The plugin id "files" is reserved by an address of the host. Rename the plugin or change that path.`,
    )
  })

  test('lets a plugin have aliases below its own id', () => {
    expect(messageOf(testPlugin('kw', (http) => [http.get('/', { aliases: ['/kw/api/x'] }, ok)]))).toBe('')
  })
})
