import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { checkConfig, maskSecrets, visiblePart } from './check-config.ts'
import { loadConfig } from './load-config.ts'

let directory: string
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'parley-config-'))))
afterEach(() => rmSync(directory, { recursive: true }))

const write = (name: string, text: string): void => writeFileSync(join(directory, name), text)
const load = (variables: Record<string, string> = {}) => loadConfig({ directory, environment: 'production', variables })

test('later files win, key by key, and every value knows where it was said', () => {
  write('plugins.yaml', 'plugins: { identity: { package: "@parley/plugin-identity" } }')
  write('default.yaml', 'server: { port: 3000, host: localhost }')
  write('production.yaml', 'server: { port: 80 }\nplugins: { identity: { enabled: true } }')
  write('local.yaml', 'server: { proxies: [10.0.0.1] }')
  const config = load({ PARLEY__SERVER__HOST: 'example.org' })
  expect(config.values).toEqual({
    plugins: { identity: { package: '@parley/plugin-identity', enabled: true } },
    server: { port: 80, host: 'example.org', proxies: ['10.0.0.1'] },
  })
  expect(config.origin(['server', 'port'])).toBe('config/production.yaml')
  expect(config.origin(['server', 'host'])).toBe('PARLEY__SERVER__HOST')
  expect(config.origin(['server', 'proxies', 0])).toBe('config/local.yaml')
  expect(config.origin(['nowhere'])).toBeUndefined()
  expect(config.problems).toEqual([])
})

test('variables find keys with dashes and capitals, and are read as YAML', () => {
  write('default.yaml', 'plugins: { channel-telegram: { config: { pollSeconds: 1 } } }')
  const config = load({
    PARLEY__PLUGINS__CHANNEL_TELEGRAM__ENABLED: 'false',
    PARLEY__plugins__channel_telegram__config__POLLSECONDS: '20',
    PARLEY__a__b: '[1, two]',
    PARLEY_PUBLIC_URL: 'not ours',
  })
  expect(config.values).toEqual({
    plugins: { 'channel-telegram': { ENABLED: false, config: { pollSeconds: 20 } } },
    a: { b: [1, 'two'] },
  })
})

test('well-known variables set their value as text, unless they are empty', () => {
  write('local.yaml', 'server: { port: 1 }\ndatabase: { url: here }')
  const wellKnown = { PORT: 'server.port', DATABASE_URL: 'database.url' }
  const config = loadConfig({ directory, environment: 'production', variables: { PORT: '8080', DATABASE_URL: '' }, wellKnown })
  expect(config.values).toEqual({ server: { port: '8080' }, database: { url: 'here' } })
  expect(config.origin(['server', 'port'])).toBe('PORT')
})

test('references are replaced by what they name, and those that name nothing are told with their place', () => {
  write('secret', 'from a file\n')
  write('default.yaml', `a: "$env:TOKEN"\nb: ["$file:${join(directory, 'secret')}"]\nc: { d: "$env:MISSING" }\ne: "$file:/nowhere/x"`)
  const config = load({ TOKEN: 'from a variable' })
  expect(config.values).toMatchObject({ a: 'from a variable', b: ['from a file'] })
  expect(config.problems).toEqual([
    'c.d in config/default.yaml: the variable MISSING is not set.',
    'e in config/default.yaml: the file /nowhere/x cannot be read (ENOENT).',
  ])
})

test('files that cannot be read are problems among others', () => {
  write('default.yaml', 'a: [1')
  write('local.yaml', '- a list')
  expect(load().problems).toEqual([
    expect.stringMatching(/^config\/default.yaml is not valid YAML: /),
    'config/local.yaml must be a map of names to values.',
  ])
})

test('a key named __proto__ is only a key', () => {
  write('default.yaml', '"__proto__": { admin: true }')
  load()
  expect(({} as { admin?: boolean }).admin).toBeUndefined()
})

const schema = z.object({
  port: z.number().int().default(3000).meta({ visibility: 'ui' }),
  mail: z.object({ password: z.string(), from: z.string().meta({ visibility: 'ui' }) }).optional(),
  key: z.string().meta({ visibility: 'secret' }).optional(),
  headers: z.record(z.string(), z.string()).optional(),
})
const check = (value: unknown) => checkConfig(schema, value, ['http'], (path) => (path[1] === 'prot' ? 'config/local.yaml' : undefined))

test('everything that is wrong with a part is told at once, unknown keys with a suggestion', async () => {
  expect((await check({ prot: 1, port: 'x', mail: { from: 'a', pasword: 'b' } })).problems).toEqual([
    'http.prot in config/local.yaml: there is no such key. Did you mean "port"?',
    'http.mail.pasword: there is no such key. Did you mean "password"?',
    'http.port: Invalid input: expected number, received string',
    'http.mail.password: Invalid input: expected string, received undefined',
  ])
})

test('a good part comes back with its defaults, and free maps take any key', async () => {
  expect(await check({ headers: { anything: 'goes' } })).toEqual({ value: { port: 3000, headers: { anything: 'goes' } }, problems: [] })
})

test('only marked values are shown, and secrets are masked', () => {
  const value = { port: 1, mail: { password: 'p', from: 'f' }, key: 'k' }
  expect(visiblePart(schema, value, 'ui')).toEqual({ port: 1, mail: { from: 'f' } })
  expect(maskSecrets(schema, value)).toEqual({ port: 1, mail: { password: 'p', from: 'f' }, key: '***' })
})
