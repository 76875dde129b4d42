import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pluginsCommand } from '../../../test/plugins-at-the-command-line.ts'
import { pluginEntries, pluginTarball, writeTarball } from '../../../test/plugin-tarball.ts'
import { TemporaryInstallation } from '../../../test/temporary-installation.ts'
import { readInstallation } from '../../installation.ts'
import { readPluginLock } from '../../plugins/plugin-lock.ts'

let place: TemporaryInstallation
beforeEach(() => {
  place = new TemporaryInstallation()
})
afterEach(() => place[Symbol.dispose]())

const run = (...words: readonly string[]) => pluginsCommand(place, words)
const lock = () => readPluginLock(place.root).entries
const nothingWritten = (): boolean => !existsSync(join(place.root, 'config/plugins.lock.yaml')) && !existsSync(join(place.root, 'plugins.d'))

const manifest = {
  kind: 'channel',
  consumes: ['conversations.inbox@1'],
  optional: ['crm.deals@1'],
  contributes: ['conversations.channels@1', 'host.authenticator@1'],
  permissions: { 'line.edit': 'Change LINE accounts' },
  outbound: ['api.line.me', '*'],
  config: { timeout: 'seconds to wait for LINE' },
}

/** As a package of Parley's own says what it has. */
const conversations = (title: string, name = '@parley/plugin-conversations') => {
  const parley = { id: 'conversations', kind: 'feature', api: '^1.0', title: { en: title, uk: title } }
  const has = { provides: ['conversations.inbox@1'], owns: ['conversations.channels@1', 'host.authenticator@1'] }
  place.write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', exports: './plugin.js', parley: { ...parley, ...has } }))
  place.write(`node_modules/${name}/plugin.js`, 'export default {}')
  place.write('config/plugins.yaml', `plugins: { conversations: { package: '${name}' } }`)
}

test('a tarball is told in plain words, unpacked, and found by the next start', async () => {
  conversations('Conversations')
  const file = pluginTarball(place.root, 'line', { manifest })
  const asked = await run('add', file)
  const tarball = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`
  expect(asked).toEqual({
    code: 1,
    output: `"line" 1.0.0, a channel: @toys/line. A toy
  From           ${file}
                 ${tarball}
  Signature      none: nobody vouches for it
  Uses           Conversations (conversations.inbox@1)
  Uses if there  crm.deals@1
  Offers         it does not say
  Adds to        Conversations (conversations.channels@1)
                 Decides who people are (host.authenticator@1)
  Brings rights  Change LINE accounts (line.edit)
  Calls          api.line.me
                 addresses that people enter
  Configuration  plugins.line.config.timeout: seconds to wait for LINE
  Screens        none
  Files          2
Its server code runs inside Parley and can do whatever Parley can. What is said above is what it declares; no wall holds it to that.
Nothing was changed. Add --yes to approve it.`,
  })
  expect(nothingWritten()).toBe(true)

  expect((await run('add', file, '--yes')).code).toBe(0)
  const { path, ...entry } = lock()['line']!
  expect(path).toMatch(/^plugins\.d\/line\/1\.0\.0-[0-9a-f]{12}$/)
  expect(entry).toEqual({ version: '1.0.0', integrity: expect.stringMatching(/^sha512-/) as string, tarball })
  expect(statSync(join(place.root, path!, 'dist/plugin.js')).mode & 0o777).toBe(0o644)
  const { found, loaded } = await readInstallation(place.root, {})
  expect(loaded.problems).toEqual([])
  expect(found).toMatchObject([{ id: 'conversations' }, { id: 'line', version: '1.0.0', source: 'tarball', signature: { state: 'unsigned' } }])
  expect(found[1]!.withheld).toBeUndefined()
  expect(await found[1]!.load()).toMatchObject({ default: { spec: { id: 'line' } } })
})

test('only what comes with Parley gives names to what it has', async () => {
  conversations('Harmless', '@toys/conversations')
  const { output } = await run('add', pluginTarball(place.root, 'line', { manifest }))
  expect(output).toContain('  Uses           conversations.inbox@1\n')
  expect(output).toContain('  Adds to        conversations.channels@1\n')
})

test('points of the host have the words of the page of plugins', async () => {
  const words = JSON.parse(readFileSync(new URL('../../../../ui-shell/src/i18n/en.json', import.meta.url), 'utf8')) as {
    readonly plugins: { readonly points: Readonly<Record<string, string>> }
  }
  const points = Object.entries(words.plugins.points).map(([key, text]) => [`${key.replace('-', '.')}@1`, text] as const)
  const { output } = await run('add', pluginTarball(place.root, 'line', { manifest: { ...manifest, contributes: points.map(([id]) => id) } }))
  expect(points.length).toBeGreaterThanOrEqual(4)
  for (const [id, text] of points) expect(output).toContain(`${text} (${id})\n`)
})

test('somebody at a terminal is asked', async () => {
  const file = pluginTarball(place.root, 'line')
  expect(await pluginsCommand(place, ['add', file], { answer: 'no' })).toMatchObject({
    code: 1,
    output: expect.stringMatching(/Nothing was changed\.$/) as string,
  })
  expect(nothingWritten()).toBe(true)
  expect((await pluginsCommand(place, ['add', file], { answer: 'Yes' })).code).toBe(0)
  expect(lock()).toHaveProperty('line')
})

test('a second time changes nothing, and puts back files that were touched', async () => {
  const file = pluginTarball(place.root, 'line')
  await run('add', file, '--yes')
  const before = readFileSync(join(place.root, 'config/plugins.lock.yaml'), 'utf8')
  place.write(`${lock()['line']!.path}/dist/plugin.js`, 'globalThis.stolen = true')
  expect((await readInstallation(place.root, {})).found[0]!.withheld?.reason).toBe(
    `its files in ${join(place.root, lock()['line']!.path!)} are not those of config/plugins.lock.yaml. ` +
      'Put them back with: parley plugins add <the tarball it came from>',
  )
  expect(await run('add', file)).toEqual({ code: 0, output: '"line" 1.0.0 is approved already, with these very files.' })
  expect(readFileSync(join(place.root, 'config/plugins.lock.yaml'), 'utf8')).toBe(before)
  expect((await readInstallation(place.root, {})).found[0]!.withheld).toBeUndefined()
})

test.each<[string, Parameters<typeof pluginEntries>[1] & { id?: string }, string]>([
  [
    'built for another plugin API',
    { manifest: { api: '^9.0' } },
    '"toy" is not added: it was built for version ^9.0 of the plugin API and this host has ',
  ],
  ['under an id that is a path', { id: '../../evil' }, 'parley.id: must be kebab-case'],
  ['under the id of the host', { id: 'host' }, 'parley.id: must not be "host", which is Parley itself'],
  [
    'for every plugin API to come',
    { manifest: { api: '>=1.0' } },
    '"toy" is not added: its "parley.api" is ">=1.0", which takes every later version',
  ],
  [
    'under the name of what is released with Parley',
    { name: '@parley/plugin-toy' },
    '"toy" is not added: its name "@parley/plugin-toy" is one of those that only packages released with Parley have. Its author has to choose another.',
  ],
  ['under an address of the host', { id: 'files' }, '"files" is not added: its id "files" is an address of Parley itself.'],
  ['with a version that is a path', { version: '1.0.0/../../..' }, '"toy" is not added: its version "1.0.0/../../.." is not one such as "1.2.0".'],
  [
    'under the id of a plugin of Parley',
    { id: 'built-in' },
    '"built-in" is not added: its id "built-in" is that of the package "@parley/plugin-built-in"',
  ],
  ['whose UI is not in it', { manifest: { ui: './dist/ui/ui-manifest.json' } }, 'names the UI "dist/ui/ui-manifest.json", which is not in it.'],
  [
    'whose UI is outside of it',
    { manifest: { ui: '../../x/ui-manifest.json' } },
    'names "../../x/ui-manifest.json", which is not inside the plugin.',
  ],
])('a plugin %s is refused, and nothing is written', async (_, { id = 'toy', ...options }, reason) => {
  place.write('config/plugins.yaml', "plugins: { built-in: { package: '@parley/plugin-built-in' } }")
  const file = writeTarball(place.root, 'x.tgz', pluginEntries(id, options))
  await expect(run('add', file, '--yes')).rejects.toThrow(reason)
  expect(nothingWritten()).toBe(true)
})

test('a UI whose files are not those of its manifest is refused', async () => {
  const hash = `sha384-${createHash('sha384').update('built').digest('base64')}`
  const ui = { format: 1, entry: 'plugin.js', integrity: { 'plugin.js': hash } }
  const withUi = (content: string) =>
    writeTarball(place.root, 'ui.tgz', [
      ...pluginEntries('toy', { manifest: { ui: './ui/ui-manifest.json' } }),
      { path: 'package/ui/ui-manifest.json', content: JSON.stringify(ui) },
      { path: 'package/ui/plugin.js', content },
    ])
  await expect(run('add', withUi('changed'), '--yes')).rejects.toThrow('its UI file "plugin.js" is not the one that was built. Build it again.')
  expect((await run('add', withUi('built'), '--yes')).code).toBe(0)
})

test('an update is told as one; an older version, other files and another package need --force', async () => {
  await run('add', pluginTarball(place.root, 'line', { version: '1.1.0' }), '--yes')
  const older = pluginTarball(place.root, 'line', { version: '1.0.0' })
  await expect(run('add', older, '--yes')).rejects.toThrow(
    '"line" is not added: version 1.1.0 is approved and this is the older 1.0.0; its tables may be ahead of its code. Use --force if you mean it.',
  )
  const changed = pluginTarball(place.root, 'line', { version: '1.1.0', spec: 'permissions: [],' })
  await expect(run('add', changed, '--yes')).rejects.toThrow('version 1.1.0 is approved with other files. A release of a plugin never changes.')
  const other = pluginTarball(place.root, 'line', { version: '1.2.0', name: '@evil/line' })
  await expect(run('add', other, '--yes')).rejects.toThrow('it is the package "@evil/line", and "@toys/line" is approved under its id.')
  expect(lock()['line']!.version).toBe('1.1.0')

  const newer = pluginTarball(place.root, 'line', { version: '1.2.0' })
  expect((await run('update', newer, '--yes')).output).toContain('  Replaces       version 1.1.0\n')
  expect((await run('add', older, '--yes', '--force')).code).toBe(0)
  expect(lock()['line']!.version).toBe('1.0.0')
  await expect(run('update', pluginTarball(place.root, 'viber'), '--yes')).rejects.toThrow('"viber" is not approved yet.')
  await expect(run('update', 'line', '--yes')).rejects.toThrow('"line" was unpacked from a tarball. Name the new tarball')
})

test('a command that died in the middle leaves what was there, and the next one works', async () => {
  await run('add', pluginTarball(place.root, 'line'), '--yes')
  // Files of the next version were being written, and the lock file too.
  place.write('plugins.d/.incoming-1/package.json', '{')
  place.write('config/plugins.lock.yaml.writing', 'plugins: {')
  expect((await readInstallation(place.root, {})).found).toMatchObject([{ id: 'line', version: '1.0.0' }])
  const next = pluginTarball(place.root, 'line', { version: '1.1.0' })
  await expect(run('add', next, '--yes')).rejects.toThrow('Another command is writing config/plugins.lock.yaml.')
  expect(lock()['line']!.version).toBe('1.0.0')
  const longAgo = new Date(Date.now() - 3_600_000)
  utimesSync(join(place.root, 'config/plugins.lock.yaml.writing'), longAgo, longAgo)
  expect((await run('add', next, '--yes')).code).toBe(0)
  expect((await readInstallation(place.root, {})).found).toMatchObject([{ id: 'line', version: '1.1.0' }])
  expect((await run('clean')).output).toMatch(/^Deleted:\n {2}plugins\.d\/\.incoming-1\n {2}plugins\.d\/line\/1\.0\.0-[0-9a-f]{12}$/)
  expect(readdirSync(join(place.root, 'plugins.d'))).toEqual(['line'])
  expect((await run('clean')).output).toBe('There is nothing to delete.')
})

test('a lock file with a mistake is not written over', async () => {
  place.write('config/plugins.lock.yaml', 'plugins: { other: { version: "1" } }')
  await expect(run('add', pluginTarball(place.root, 'line'), '--yes')).rejects.toThrow('Correct it first; nothing was changed.')
  expect(readFileSync(join(place.root, 'config/plugins.lock.yaml'), 'utf8')).toBe('plugins: { other: { version: "1" } }')
})

test('what a package says of itself cannot command the terminal', async () => {
  const file = pluginTarball(place.root, 'line', { manifest: { outbound: [], config: { a: '\u001b[2J\u202esafe' } } })
  const { output } = await run('add', file)
  expect(output).toContain('plugins.line.config.a: \uFFFD[2J\uFFFDsafe')
})

test('a package of node_modules is approved by its name and version', async () => {
  place.write('package.json', '{}')
  const { path, content } = pluginEntries('signal')[0]!
  place.write(`node_modules/@toys/signal/${path.slice('package/'.length)}`, String(content))
  place.write('node_modules/@toys/signal/dist/plugin.js', String(pluginEntries('signal')[1]!.content))
  await expect(run('add', '@toys/signal@2.0.0', '--yes')).rejects.toThrow('node_modules has version 1.0.0 of "@toys/signal" and not 2.0.0.')
  expect((await run('add', '@toys/signal@1.0.0', '--yes')).code).toBe(0)
  expect(lock()['signal']).toMatchObject({ package: '@toys/signal', version: '1.0.0' })
  place.write('node_modules/@toys/signal/dist/plugin.js', 'export default 1')
  expect((await readInstallation(place.root, {})).found[0]!.withheld?.reason).toContain('approve it with: parley plugins add @toys/signal')
  await expect(run('add', '@toys/nobody', '--yes')).rejects.toThrow('There is no file, folder or installed package "@toys/nobody".')
})
