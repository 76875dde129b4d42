import { configuration, definePlugin } from '@parley/plugin-api'
import { createTestHost, until, type TestHost } from '@parley/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ConfigurationFile, ImportRequest, ImportResult } from './index.ts'
import { editShop, hoursPage, shelfPage, shopPlugin } from './test-shop.ts'

const system = { kind: 'system' as const, id: 'system', name: 'a test', can: () => true }
const file = (path: string, ...lines: string[]): ConfigurationFile => ({ path, text: `${lines.join('\n')}\n` })
const token = 'shop/goods/tea/supplier/token'

const shelves = [file('shop/shelves/top.yaml', 'name: Top'), file('shop/shelves/a-lower-one.yaml', 'name: A lower one', 'above: top')]
const tea = file(
  'shop/goods/tea.yaml',
  'name: Tea',
  'shelves: [ a-lower-one, top ]',
  'supplier:',
  '  url: https://tea.example',
  '  token:',
  `    $secret: ${token}`,
)
const hours = file('shop/settings/hours.yaml', 'from: 8')
const everything = [...shelves, tea, hours, file('shop/settings/light@top.yaml', 'light: true')]
const secrets = { [token]: 'tea-token' }

describe('configuration as code', () => {
  let host: TestHost
  beforeEach(async () => {
    host = await createTestHost({ plugins: [shopPlugin()] })
  })
  afterEach(() => host.stop())

  const wish = (files: readonly ConfigurationFile[], options: Partial<ImportRequest> = {}): Promise<ImportResult> =>
    host.platform.configuration.import(files, { actor: system, signal: new AbortController().signal, ...options })
  const diff = (files: readonly ConfigurationFile[], options: object = {}) => host.platform.configuration.diff(files, options)
  const exported = async () => (await host.platform.configuration.export()).files
  const things = async (): Promise<number> => (await host.database.forPlugin('shop').query('SELECT 1 FROM {things}')).length
  const shop = (change: (document: any) => object, kind = 'good') =>
    host.run('shop', async ({ db, secrets: own }) => {
      for (const { id, sealed } of await db.query('SELECT id, sealed FROM {things} WHERE kind = $1', [kind])) {
        await db.query('UPDATE {things} SET sealed = $2 WHERE id = $1', [id, own.seal(JSON.stringify(change(JSON.parse(own.open(sealed)))))])
      }
    })

  test('makes everything in the order of its references, settings too, and then has nothing left to do', async () => {
    expect(await wish(everything, { secrets })).toMatchObject({ applied: true, problems: [], warnings: [] })
    const saved = await host.run('shop', async ({ db, settings }) => ({
      hours: await settings.get(hoursPage),
      light: await settings.get(shelfPage, (await db.query("SELECT id FROM {things} WHERE kind = 'shelf' ORDER BY made LIMIT 1"))[0]!['id']),
    }))
    expect(saved).toEqual({ hours: { from: 8, pin: '' }, light: { light: true } })
    expect(await wish(everything, { secrets })).toMatchObject({ applied: true, changes: [] })
    expect(await diff(await exported())).toEqual({ changes: [], problems: [], missingSecrets: [], kept: [] })
  })

  test('a kind that says so is written before those that name its things in their own words, and removed after them', async () => {
    const order: string[] = []
    const kind = (id: string, more: object = {}) => ({
      permission: editShop,
      schema: z.object({}),
      list: async () => [],
      save: async () => {
        order.push(id)
        return id
      },
      remove: async () => {},
      ...more,
    })
    await using other = await createTestHost({
      plugins: [
        definePlugin({
          id: 'menu',
          contributes: (add) => [add(configuration, 'menu/menus', () => kind('menus')), add(configuration, 'menu/prices', () => kind('prices'))],
        }),
        definePlugin({
          id: 'recipes',
          contributes: (add) => [add(configuration, 'recipes/recipes', () => kind('recipes', { before: ['menu/menus', 'menu/prices'] }))],
        }),
      ],
    })
    const files = [file('menu/menus/a.yaml', '{}'), file('menu/prices/a.yaml', '{}'), file('recipes/recipes/a.yaml', '{}')]
    await other.platform.configuration.import(files, { actor: system, signal: new AbortController().signal })
    expect(order).toEqual(['recipes', 'menus', 'prices'])
  })

  test('files of which an export writes none remove nothing, and one of any kind is enough', async () => {
    await wish(everything, { secrets })
    for (const files of [[], [file('deploy/cluster/web.yaml', 'kind: Deployment'), file('values.yaml', 'a: 1')]]) {
      for (const dryRun of [true, false]) {
        await expect(wish(files, { prune: true, dryRun })).rejects.toThrow(
          /^What was given has no file that an export writes .* was kept: import what/,
        )
      }
    }
    expect((await diff(everything)).changes).toEqual([])
    expect(await wish([hours], { prune: true, only: ['shop/goods'] })).toMatchObject({
      applied: true,
      changes: [{ file: tea.path, change: 'removed' }],
    })
  })

  test('every change is in the audit, and so is the import', async () => {
    await wish([hours])
    const rows = await host.database.host.query('SELECT action FROM {audit_log} ORDER BY id')
    expect(rows.map(({ action }) => action)).toEqual(['settings.update', 'configuration.import'])
  })

  test('broken files are all told at once, with file and place, and nothing is written', async () => {
    const { applied, problems } = await wish(
      [
        ...shelves,
        file('shop/goods/coffee.yaml', 'name: ""', 'shelves: [ nowhere ]', 'colour: green'),
        file('shop/goods/salt.yaml', 'name: Salt', 'shelves: [ nowhere ]', 'supplier: { url: x, tokn: y, token: plain }'),
        file('shop/goods/sugar.yaml', 'name: Sugar', 'name: twice', 'shelves: [ ]', '  bad'),
        file('shop/goods/list.yaml', '- one'),
        file('loose.yaml', 'name: Loose'),
        file('shop/shelves/round.yaml', 'name: Round', 'above: trip'),
        file('shop/shelves/trip.yaml', 'name: Trip', 'above: round'),
      ],
      { secrets },
    )
    expect(applied).toBe(false)
    // one file may have several mistakes of form, a line each
    expect([...new Set(problems.map(({ file: name, path }) => `${name} ${path}`))].toSorted()).toEqual([
      'loose.yaml ',
      'shop/goods/coffee.yaml colour',
      'shop/goods/coffee.yaml name',
      'shop/goods/coffee.yaml shelves.0',
      'shop/goods/list.yaml ',
      'shop/goods/salt.yaml shelves.0',
      'shop/goods/salt.yaml supplier.token',
      'shop/goods/salt.yaml supplier.tokn',
      'shop/goods/sugar.yaml ',
      'shop/shelves/trip.yaml above',
    ])
    expect(problems.find(({ path }) => path === 'shelves.0')?.message).toBe('There is no "shop/shelves/nowhere", neither in the files nor here.')
    expect(await things()).toBe(0)
  })

  test('a refusal by a plugin takes back what was written before it', async () => {
    const { applied, problems } = await wish([...shelves, hours, file('shop/goods/x.yaml', 'name: forbidden', 'shelves: []')])
    expect(applied).toBe(false)
    expect(problems).toEqual([{ file: 'shop/goods/x.yaml', path: '', message: 'The shop does not sell this.' }])
    expect(await things()).toBe(0)
    expect(await host.run('shop', async ({ settings }) => settings.get(hoursPage))).toMatchObject({ from: 9 })
  })

  test('a dry run says what an import would do and does nothing', async () => {
    const trial = await wish(everything, { secrets, dryRun: true })
    expect(trial).toMatchObject({ applied: false, problems: [] })
    expect(trial.changes.map(({ change }) => change)).toEqual(Array.from({ length: 5 }, () => 'added'))
    expect(await things()).toBe(0)
    expect((await wish(everything, { secrets })).hash).toBe(trial.hash)
  })

  test('a secret is asked for by name, kept when it is not given again, and changed when another is given', async () => {
    const without = await wish(everything)
    expect(without).toMatchObject({ applied: false, missingSecrets: [{ name: token, file: tea.path, path: 'supplier.token' }] })
    expect(await things()).toBe(0)
    await wish(everything, { secrets })
    expect((await wish(everything)).changes).toEqual([])
    const rotated = await wish(everything, { secrets: { [token]: 'new-token' } })
    expect(rotated.changes).toMatchObject([{ file: tea.path, change: 'changed', fields: [{ path: 'supplier.token' }] }])
    expect(JSON.stringify([rotated, await exported()])).not.toContain('-token"')
    expect(await wish(everything, { secrets: { [token]: 'new-token' } })).toMatchObject({ changes: [] })
  })

  test('an item of a list takes its secret along when items before it go away', async () => {
    const door = (name: string, index: number): string => `  - { url: ${name}, key: { $secret: shop/goods/lock/doors/${index}/key } }`
    const lock = (...doors: string[]): ConfigurationFile => file('shop/goods/lock.yaml', 'name: Lock', 'shelves: []', 'doors:', ...doors)
    const keys = { 'shop/goods/lock/doors/0/key': 'key of the front', 'shop/goods/lock/doors/1/key': 'key of the back' }
    await wish([lock(door('front', 0), door('back', 1))], { secrets: keys })
    expect(await wish([lock(door('back', 1))])).toMatchObject({ applied: true })
    await shop((document) => {
      expect(document.doors).toEqual([{ url: 'back', key: 'key of the back' }])
      return document
    })
    expect(await wish([lock(door('back', 0), door('side', 1))])).toMatchObject({ applied: false, missingSecrets: [{ path: 'doors.1.key' }] })
  })

  test('a name that leads out of the folder is refused, also where nobody knows its kind', async () => {
    const paths = [
      '../outside/x.yaml',
      '../../x.yaml',
      './here/x.yaml',
      '.git/hooks/x.yaml',
      'C:/kind/x.yaml',
      'a/..\\b/x.yaml',
      'shop/goods/%00.yaml',
    ]
    const { applied, problems } = await wish(paths.map((path) => file(path, 'name: X')))
    expect([applied, problems.map((problem) => problem.file)]).toEqual([false, paths.toSorted()])
    expect(await exported()).toEqual([])
  })

  test('a difference names what was added, changed and removed, place by place', async () => {
    await wish(everything, { secrets })
    const next = [
      ...shelves,
      file('shop/shelves/wide.yaml', 'name: Wide', 'labels: [ a ]'),
      file(tea.path, 'name: Green tea', 'shelves: [ top ]', 'facts: { kilos: 3 }'),
      hours,
    ]
    const { changes } = await diff(next)
    expect(changes).toEqual([
      { file: 'shop/goods/tea.yaml', kind: 'shop/goods', key: 'tea', change: 'changed', fields: expect.any(Array) },
      { file: 'shop/shelves/wide.yaml', kind: 'shop/shelves', key: 'wide', change: 'added', fields: [] },
      { file: 'shop/settings/light@top.yaml', kind: 'shop/settings', key: 'light@top', change: 'removed', fields: [] },
    ])
    expect(changes[0]?.fields).toEqual([
      { path: 'name', before: 'Tea', after: 'Green tea' },
      { path: 'shelves', before: ['a-lower-one', 'top'], after: ['top'] },
      { path: 'supplier', before: { url: 'https://tea.example', token: { $secret: token } } },
      { path: 'facts.kilos', after: 3 },
    ])
  })

  test('what the files lack stays, until it is to be pruned: then what refers to it goes first', async () => {
    await wish(everything, { secrets })
    expect(await wish([hours])).toMatchObject({ applied: true, changes: [] })
    expect(await things()).toBe(3)
    const pruned = await wish([hours, shelves[0]!], { prune: true })
    expect(pruned).toMatchObject({ applied: true, problems: [] })
    expect((await exported()).map(({ path }) => path)).toEqual(['shop/settings/hours.yaml', 'shop/shelves/top.yaml'])
    expect((await wish([hours, tea, shelves[0]!], { prune: true, secrets })).problems).toMatchObject([{ file: tea.path, path: 'shelves.0' }])
  })

  test('only a part is looked at when only a part is asked for', async () => {
    await wish(everything, { secrets })
    const changed = [file('shop/shelves/top.yaml', 'name: Upper'), file('shop/settings/hours.yaml', 'from: 7')]
    expect((await wish(changed, { only: ['shop/settings'], prune: true })).changes).toMatchObject([
      { key: 'hours', change: 'changed' },
      { key: 'light@top', change: 'removed' },
    ])
    expect((await diff(changed, { only: ['shop/shelves'], prune: false })).changes).toMatchObject([{ key: 'top', change: 'changed' }])
  })

  test('what was changed here since is shown as a conflict and not undone unless that is asked for', async () => {
    await wish(everything, { secrets })
    await shop((document) => ({ ...document, name: 'Black tea' }))
    expect((await diff(everything)).changes).toMatchObject([{ file: tea.path, conflict: 'here' }])
    const other = everything.map((one) => (one === tea ? { ...tea, text: tea.text.replace('Tea', 'Green tea') } : one))
    expect((await diff(other)).changes).toMatchObject([{ file: tea.path, conflict: 'both' }])
    const refused = await wish(other)
    expect(refused).toMatchObject({ applied: false, problems: [{ file: tea.path }] })
    expect(refused.problems[0]?.message).toMatch(/changed here since/)
    expect(await wish(other, { overwrite: true })).toMatchObject({ applied: true })
    expect((await diff(other)).changes).toEqual([])

    await host.database.forPlugin('shop').query("DELETE FROM {things} WHERE kind = 'good'")
    expect((await diff(other)).changes).toMatchObject([{ file: tea.path, change: 'added', conflict: 'gone' }])
    // an export is a look at what is here: from then on it is no surprise
    await exported()
    expect((await diff(other)).changes[0]?.conflict).toBeUndefined()
  })

  test('a thing keeps its file when it is renamed, here and on every installation that has it', async () => {
    await wish(everything, { secrets })
    await shop((document) => ({ ...document, name: `The ${document.name.toLowerCase()}` }), 'shelf')
    const files = await exported()
    expect(files.map(({ path }) => path)).toEqual(everything.map(({ path }) => path).toSorted())
    await using other = await createTestHost({ plugins: [shopPlugin()] })
    const on = { actor: system, signal: new AbortController().signal, secrets }
    await other.platform.configuration.import(everything, on)
    expect(await other.platform.configuration.import(files, on)).toMatchObject({
      applied: true,
      changes: [{ change: 'changed' }, { change: 'changed' }],
    })
    expect((await other.platform.configuration.export()).files).toEqual(files)
  })

  test('things of one name have keys of their own, whatever the order', async () => {
    const twins = [file('shop/shelves/box-2.yaml', 'name: Box'), file('shop/shelves/box.yaml', 'name: Box', 'above: box-2')]
    await wish(twins)
    expect(await exported()).toEqual(expect.arrayContaining([expect.objectContaining({ path: 'shop/shelves/box.yaml' })]))
    expect((await diff(twins)).changes).toEqual([])
  })

  test('a person may import what their rights allow, and hears of the rest', async () => {
    const may = host.http.as({ permissions: ['configuration.import', 'configuration.export', editShop] })
    const { body } = await may.post('/api/v1/configuration/import', { files: [...shelves, hours] })
    expect(body).toMatchObject({ applied: false, problems: [{ file: hours.path, message: expect.stringContaining('"shop.hours"') }] })
    expect((await may.post('/api/v1/configuration/import', { files: shelves })).body).toMatchObject({ applied: true })
    expect((await may.post('/api/v1/configuration/diff', { files: shelves })).body).toMatchObject({ changes: [] })
    expect((await may.get('/api/v1/configuration/export')).body.files).toHaveLength(2)
    const ofSomeBots = { ...system, kind: 'user' as const, can: (_: unknown, botId?: string) => botId === undefined || botId === 'mine' }
    expect((await wish([file('shop/settings/light@top.yaml', 'light: true')], { actor: ofSomeBots })).problems).toMatchObject([
      { message: expect.stringContaining('"shop.light"') },
    ])
    expect((await host.http.as({ permissions: [editShop] }).get('/api/v1/configuration/export')).status).toBe(403)
    expect((await host.http.as({ permissions: ['configuration.export'] }).post('/api/v1/configuration/import', { files: [] })).status).toBe(403)
  })
})

test('files of a plugin that does not run here are kept, told, exported again, and applied when it comes', async () => {
  const foreign = file('orders/rules/first.yaml', 'limit: 3', 'text: "012"')
  const options = { actor: system, signal: new AbortController().signal, secrets }
  const older = await createTestHost({ plugins: [shopPlugin({ goods: false })] })
  const { database, dataDir } = older
  try {
    const files = [...everything, foreign]
    const result = await older.platform.configuration.import(files, options)
    expect(result).toMatchObject({ applied: true, kept: ['orders/rules/first.yaml', tea.path] })
    const again = await older.platform.configuration.export()
    expect(again.files.map(({ path }) => path)).toEqual(files.map(({ path }) => path).toSorted())
    expect(again.hash).toBe(result.hash)
    expect(again.files.find(({ path }) => path === tea.path)?.text).toContain(`$secret: ${token}`)

    const newer = await createTestHost({ plugins: [shopPlugin()], database, dataDir })
    const taken = await newer.platform.configuration.import(again.files, options)
    expect(taken).toMatchObject({ applied: true, kept: ['orders/rules/first.yaml'], changes: [{ file: tea.path, change: 'added' }] })
    expect(await newer.platform.configuration.import(again.files, options)).toMatchObject({ changes: [], hash: taken.hash })
    await newer.stop()
  } finally {
    await older.stop()
  }
})

test('an import during an export comes after it, and the names of its files are not forgotten', async () => {
  let [begun, over] = [false, false]
  let begin = (): void => undefined
  const exporting = new Promise<void>((resolve) => (begin = resolve))
  const waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
  const reads = async (): Promise<void> => {
    if (begun) return
    begun = true
    begin()
    await until(async () => over || (await host.database.host.query(waiting)).length > 0, { within: 20_000 })
  }
  await using host = await createTestHost({ plugins: [shopPlugin({ reads })] })
  const { configuration } = host.platform
  const upper = file('shop/shelves/upper.yaml', 'name: Top')
  const imported = exporting
    .then(() => configuration.import([upper], { actor: system, signal: new AbortController().signal }))
    .finally(() => (over = true))
  await configuration.export()
  expect(await imported).toMatchObject({ applied: true })
  expect((await configuration.export()).files.map(({ path }) => path)).toEqual([upper.path])
})
