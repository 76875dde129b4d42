import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PluginHandle } from '@parley/kernel'
import { runInContext } from '@parley/kernel'
import { isParleyError, permission, type Actor, type SettingsPage, secretMask } from '@parley/plugin-api'
import { createTestDatabase, silentLogger, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createAudit, trackAudit, wasAudited, type AuditService } from '../audit/index.ts'
import { createTestClock, type TestClock } from '../clock/index.ts'
import { createSecrets, type SecretsService } from '../secrets/index.ts'
import { createSettings, settingsRoutes, type Settings } from './index.ts'

const mayEdit = permission('mail', 'edit', 'Change mail')
const schema = z.object({ host: z.string().min(1).default('localhost'), password: z.string().default('').meta({ format: 'password' }) })
const page: SettingsPage<z.infer<typeof schema>> = { id: 'server', title: 'Mail server', schema, scope: 'instance', permission: mayEdit }
const botPage: SettingsPage<{ greeting: string }> = {
  id: 'bot',
  title: 'Bot',
  schema: z.object({ greeting: z.string().default('hello') }),
  scope: 'bot',
  permission: mayEdit,
}
const actor = (can: Actor['can']): Actor => ({ kind: 'user', id: 'u1', name: 'Oksana Koval', can })

describe('settings', () => {
  let database: TestDatabase
  let clock: TestClock
  let secrets: SecretsService
  let audit: AuditService
  let dataDir: string
  const make = (): Settings => {
    const settings = createSettings({ database, secrets, audit, clock, log: silentLogger })
    settings.start([{ id: 'mail', state: 'running', declarations: { settings: [page, botPage] } } as unknown as PluginHandle])
    return settings
  }

  beforeEach(async () => {
    database = await createTestDatabase()
    clock = createTestClock()
    dataDir = mkdtempSync(join(tmpdir(), 'parley-settings-'))
    secrets = createSecrets({ keys: undefined, dataDir, log: silentLogger })
    audit = createAudit({ database, clock })
  })
  afterEach(async () => {
    await database.close()
    rmSync(dataDir, { recursive: true, force: true })
  })

  test('what was never saved has the defaults of its schema', async () => {
    expect(await make().forPlugin('mail').get(page)).toEqual({ host: 'localhost', password: '' })
  })

  test('what is saved is read again at once, with secrets opened for the plugin and sealed in the table', async () => {
    const own = make().forPlugin('mail')
    await own.get(page)
    await own.put(page, { host: 'smtp.example', password: 'hunter2 🔑' })
    expect(await own.get(page)).toEqual({ host: 'smtp.example', password: 'hunter2 🔑' })
    const [row] = await database.host.query<{ value: { password: string } }>('SELECT value FROM {settings}')
    expect(row?.value.password).toMatch(/^sealed1\./)
  })

  test('another process sees a change after two seconds at the latest', async () => {
    const [here, there] = [make().forPlugin('mail'), make().forPlugin('mail')]
    await there.get(page)
    await here.put(page, { host: 'smtp.example', password: '' })
    expect(await there.get(page)).toMatchObject({ host: 'localhost' })
    await clock.advance(2_000)
    expect(await there.get(page)).toMatchObject({ host: 'smtp.example' })
  })

  test('a bot has values of its own and must be named', async () => {
    const own = make().forPlugin('mail')
    await own.put(botPage, { greeting: 'вітаю' }, 'b1')
    expect(await own.get(botPage, 'b1')).toEqual({ greeting: 'вітаю' })
    expect(await own.get(botPage, 'b2')).toEqual({ greeting: 'hello' })
    await expect(own.get(botPage)).rejects.toThrow(/belong to one bot/)
  })

  test('a property that no longer fits its schema falls back to its default and the others stay', async () => {
    const value = JSON.stringify({ host: 5, password: '' })
    await database.host.query("INSERT INTO {settings} (plugin, page, value, updated_at) VALUES ('mail', 'server', $1, now())", [value])
    expect(await make().forPlugin('mail').get(page)).toEqual({ host: 'localhost', password: '' })
  })

  test('a form sees masks; sending a mask back keeps the secret; an empty text or null removes it', async () => {
    const settings = make()
    const at = { plugin: 'mail', page }
    await expect(settings.put(at, { value: { host: 'a', password: secretMask }, version: 0 })).rejects.toThrow(/has to be entered/)
    await settings.put(at, { value: { host: 'a', password: 'secret' }, version: 0 })
    expect(await settings.show(at)).toEqual({ value: { host: 'a', password: secretMask }, version: 1 })
    await settings.put(at, { value: { host: 'b', password: secretMask }, version: 1 })
    expect(await settings.forPlugin('mail').get(page)).toEqual({ host: 'b', password: 'secret' })
    for (const [index, password] of ['', null].entries()) {
      await settings.put(at, { value: { host: 'b', password: 'secret' }, version: 2 + 2 * index })
      await settings.put(at, { value: { host: 'b', password }, version: 3 + 2 * index })
      expect(await settings.forPlugin('mail').get(page)).toEqual({ host: 'b', password: '' })
    }
  })

  test('a save that started from an older version is refused', async () => {
    const settings = make()
    await settings.put({ plugin: 'mail', page }, { value: { host: 'a' }, version: 0 })
    const stale = await settings.put({ plugin: 'mail', page }, { value: { host: 'b' }, version: 0 }).catch((error: unknown) => error)
    expect(isParleyError(stale, 'stale_write')).toBe(true)
    expect(await settings.forPlugin('mail').get(page)).toMatchObject({ host: 'a' })
  })

  test('a wrong value is refused with every problem named', async () => {
    const wrong = make().put({ plugin: 'mail', page }, { value: { host: '', password: 1 }, version: 0 })
    await expect(wrong).rejects.toMatchObject({ code: 'invalid_input', details: { issues: [{ path: 'host' }, { path: 'password' }] } })
  })

  test('a save is audited with who, before and after, without the secret', async () => {
    const settings = make()
    const context = trackAudit({ plugin: 'mail', requestId: 'r1', address: '203.0.113.7', actor: actor(() => true) })
    await runInContext(context, () => settings.put({ plugin: 'mail', page }, { value: { host: 'a', password: 'one' }, version: 0 }))
    await runInContext(context, () => settings.put({ plugin: 'mail', page }, { value: { host: 'b', password: 'two' }, version: 1 }))
    expect(wasAudited(context)).toBe(true)
    const [latest] = await audit.store.list({ objectType: 'settings', limit: 10 })
    expect(latest).toMatchObject({
      plugin: 'mail',
      action: 'settings.update',
      object: { type: 'settings', id: 'mail/server', title: 'Mail server' },
      actor: { kind: 'user', id: 'u1', name: 'Oksana Koval' },
      address: '203.0.113.7',
      requestId: 'r1',
      before: { host: 'a', password: secretMask },
      after: { host: 'b', password: secretMask },
    })
  })

  test('over HTTP a page is listed and opened only with its permission', async () => {
    const settings = make()
    const [list, open] = settingsRoutes(settings)
    const call = (who: Actor) => ({ actor: who, params: { plugin: 'mail', page: 'server' }, query: {} }) as never
    expect(await list!.handle(call(actor(() => false)), {})).toEqual([])
    expect(await list!.handle(call(actor(() => true)), {})).toMatchObject([{ plugin: 'mail', id: 'server', permission: 'mail.edit' }, { id: 'bot' }])
    await expect(open!.handle(call(actor(() => false)), {})).rejects.toMatchObject({ code: 'forbidden' })
    expect(await open!.handle(call(actor(() => true)), {})).toMatchObject({
      schema: { properties: { password: { format: 'password' } } },
      value: { host: 'localhost', password: '' },
      version: 0,
    })
  })
})
