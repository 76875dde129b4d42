import { describe, expect, test } from 'vitest'
import { mountRoutes } from './mount-routes.ts'
import { testPlugin } from './test-app.ts'

const auth = 'public'
const ok = async () => 'ok'
const host = testPlugin('host', (http) => [http.get('/settings/:page', {}, ok)])

const refusedOf = (...plugins: Parameters<typeof mountRoutes>[1]) => Object.fromEntries(mountRoutes(host, plugins).refused)

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

  test('refuses who comes later, with every clash and both its sides', () => {
    const shop = testPlugin('shop', (http) => [http.get('/items/:id', { auth, aliases: ['/kw/items'] }, ok)])
    const kw = testPlugin('kw', (http) => [http.get('/', { auth, aliases: ['/kw/items/', 'relative', '/health/live'] }, ok)])
    expect(refusedOf(shop, kw, testPlugin('settings'), testPlugin('files'))).toEqual({
      kw: [
        '"kw" mounts GET /kw/items/, and "shop" mounts GET /kw/items. Change the path of one.',
        '"kw" has the alias "relative". Start it with "/" and a word that is not one of api, api-docs, assets, files, health, hooks, host, metrics, socket.io, system, ui, v1.',
        '"kw" has the alias "/health/live". Start it with "/" and a word that is not one of api, api-docs, assets, files, health, hooks, host, metrics, socket.io, system, ui, v1.',
        'The plugin id "kw" is reserved by the alias GET /kw/items of "shop". Rename the plugin or change that path.',
      ],
      settings: ['The plugin id "settings" is reserved by the host\'s route GET /api/v1/settings/:page. Rename the plugin or change that path.'],
      files: ['The plugin id "files" is reserved by an address of the host. Rename the plugin or change that path.'],
    })
  })

  test('of a refused plugin mounts nothing, and its addresses are free for others', () => {
    const first = testPlugin('first', (http) => [http.get('/', { auth, aliases: ['/kw/x'] }, ok)])
    const second = testPlugin('second', (http) => [http.get('/', { auth, aliases: ['/kw/x', '/kw/y'] }, ok)])
    const third = testPlugin('third', (http) => [http.get('/', { auth, aliases: ['/kw/y'] }, ok)])
    const { endpoints, refused, tree } = mountRoutes(host, [first, second, third])
    expect([...refused.keys()]).toEqual(['second'])
    expect(endpoints.map(({ label }) => label)).not.toContain('GET /api/v1/second')
    expect(tree.find('GET', '/kw/y')).toMatchObject({ value: { plugin: third } })
  })

  test('refuses a plugin that mounts a route twice, or an alias below the id of another', () => {
    const twice = testPlugin('twice', (http) => [http.get('/items/:id', { auth }, ok), http.get('/items/:key', { auth }, ok)])
    const guest = testPlugin('guest', (http) => [http.get('/', { auth, aliases: ['/twice/x'] }, ok)])
    expect(refusedOf(twice, guest)).toEqual({
      twice: ['"twice" mounts GET /api/v1/twice/items/:key, and "twice" mounts GET /api/v1/twice/items/:id. Change the path of one.'],
      guest: ['"guest" has the alias "/twice/x", and "twice" is the id of another plugin. Start it with another word.'],
    })
  })

  test('lets a plugin have aliases below its own id', () => {
    expect(refusedOf(testPlugin('kw', (http) => [http.get('/', { aliases: ['/kw/api/x'] }, ok)]))).toEqual({})
  })
})
