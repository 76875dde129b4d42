import { readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pluginsCommand } from '../../../test/plugins-at-the-command-line.ts'
import { pluginTarball } from '../../../test/plugin-tarball.ts'
import { TemporaryInstallation } from '../../../test/temporary-installation.ts'
import { readInstallation } from '../../installation.ts'
import { hashFiles, integrityOf } from '../../plugins/file-hashes.ts'

let place: TemporaryInstallation
let key: string
beforeEach(() => {
  place = new TemporaryInstallation()
  key = join(place.root, 'acme.pem')
})
afterEach(() => place[Symbol.dispose]())

const run = (...words: readonly string[]) => pluginsCommand(place, words)
const found = async () => (await readInstallation(place.root, {})).found[0]!

/** Makes a key and trusts it. */
const trustAcme = async (signatures = 'required'): Promise<string> => {
  const { output } = await run('keygen', '--out', key)
  const publicKey = /ed25519:[^']+/.exec(output)![0]
  place.write('config/local.yaml', `host: { signatures: ${signatures}, publishers: { acme: '${publicKey}' } }`)
  return publicKey
}

test('a key is made once, and read by its owner only', async () => {
  await trustAcme()
  expect(statSync(key).mode & 0o777).toBe(0o600)
  expect(readFileSync(key, 'utf8')).toContain('BEGIN PRIVATE KEY')
  await expect(run('keygen', '--out', key)).rejects.toThrow('acme.pem exists. Choose another file.')
})

test('where signatures are required, only what a listed publisher signed is added and started', async () => {
  await trustAcme()
  const file = pluginTarball(place.root, 'line')
  await expect(run('add', file, '--yes')).rejects.toThrow('"line" is not added: it is not signed and host.signatures is "required".')
  expect((await run('sign', file, '--key', key)).code).toBe(0)
  expect((await run('add', file, '--yes')).output).toContain('  Signature      by "acme"\n')
  expect(await found()).toMatchObject({ signature: { state: 'signed', publisher: 'acme' } })
  expect((await found()).withheld).toBeUndefined()
  expect((await run('list')).output).toMatch(/^line {2}1\.0\.0 {2}plugins\.d\/line\/1\.0\.0-\w+ {2}enabled {2}signed: by "acme"$/m)
  const { plugins } = JSON.parse((await run('list', '--json')).output) as { plugins: object[] }
  expect(plugins).toMatchObject([{ id: 'line', enabled: true, source: 'tarball', signature: { state: 'signed', publisher: 'acme' } }])
})

test('at a start signatures are checked again: a publisher who is struck off, files that were approved unsigned, a changed lock file', async () => {
  const publicKey = await trustAcme()
  const file = pluginTarball(place.root, 'line')
  await run('sign', file, '--key', key)
  await run('add', file, '--yes')
  place.write('config/local.yaml', 'host: { signatures: required }')
  expect((await found()).withheld).toEqual({
    state: 'failed',
    reason: `it is signed by ${publicKey}, which host.publishers does not list, and host.signatures is "required". List the key if you trust its owner.`,
  })
  await expect((await found()).load()).rejects.toThrow('it is signed by')

  place.write('config/local.yaml', '{}')
  await run('add', pluginTarball(place.root, 'viber'), '--yes')
  place.write('config/local.yaml', `host: { signatures: required, publishers: { acme: '${publicKey}' } }`)
  const { found: both } = await readInstallation(place.root, {})
  expect(both.map(({ id, withheld }) => [id, withheld?.reason])).toEqual([
    ['line', undefined],
    ['viber', 'it is not signed and host.signatures is "required". Ask its publisher for the .sig file, and add it again with that.'],
  ])

  // Somebody who may write the lock file but has no key changes files and their hash.
  const lock = join(place.root, 'config/plugins.lock.yaml')
  const text = readFileSync(lock, 'utf8')
  const [, path, integrity] = /path: (\S+)[\s\S]*?integrity: (\S+)/.exec(text)!
  place.write(`${path}/dist/plugin.js`, 'globalThis.stolen = true')
  place.write('config/plugins.lock.yaml', text.replace(integrity!, integrityOf(await hashFiles(join(place.root, path!), true))))
  expect((await found()).withheld?.reason).toBe(
    `its signature by ${publicKey} does not fit its files, id and version. Ask its publisher for the right one.`,
  )
})

test('a signature of other files is refused although none is required, and one that vanishes needs --force', async () => {
  await trustAcme('optional')
  const one = pluginTarball(place.root, 'line')
  await run('sign', one, '--key', key)
  const two = pluginTarball(place.root, 'line', { version: '1.1.0' })
  await expect(run('add', two, '--yes', '--signature', `${one}.sig`)).rejects.toThrow('does not fit its files, id and version.')
  await run('add', one, '--yes')
  await expect(run('add', two, '--yes')).rejects.toThrow(
    /version 1\.0\.0 was signed by ed25519:\S+ and this one is not signed\. Use --force if you mean it\./,
  )
  expect((await run('add', two, '--yes', '--force')).code).toBe(0)
})

test('a folder outside is no exception, and a bundled package of node_modules needs no signature', async () => {
  await trustAcme()
  const folder = place.plugin('toy')
  await expect(run('add', folder, '--yes')).rejects.toThrow('it is not signed')
  await run('sign', folder, '--key', key)
  expect((await run('add', folder, '--yes')).code).toBe(0)
  place.write('package.json', '{}')
  for (const name of ['@parley/plugin-own', '@evil/own']) {
    const id = name === '@evil/own' ? 'evil' : 'own'
    place.write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', parley: { id, kind: 'feature', api: '^1.0' } }))
  }
  place.write('config/plugins.yaml', "plugins: { own: { package: '@parley/plugin-own' }, evil: { package: '@evil/own' } }")
  const { found: all } = await readInstallation(place.root, {})
  expect(all.map(({ id, source, withheld }) => [id, source, withheld?.reason.slice(0, 16)])).toEqual([
    ['own', 'bundled', undefined],
    ['evil', 'package', 'it is not signed'],
    ['toy', 'folder', undefined],
  ])
})

test('packages that lie beside unpacked plugins, where Node would find them, keep them from starting', async () => {
  await run('add', pluginTarball(place.root, 'line'), '--yes')
  place.write('plugins.d/node_modules/zod/index.js', 'globalThis.stolen = true')
  expect((await found()).withheld?.reason).toBe(
    `there is a folder ${join(place.root, 'plugins.d/node_modules')}, whose packages it would load although nobody approved them. Remove that folder.`,
  )
  renameSync(join(place.root, 'plugins.d/node_modules'), join(place.root, 'elsewhere'))
  expect((await found()).withheld).toBeUndefined()
})
