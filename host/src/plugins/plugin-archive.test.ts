import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { archiveLimits } from '@parley/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pluginEntries, tarOf, writeTarball, type TarEntry } from '../../test/plugin-tarball.ts'
import { TemporaryInstallation } from '../../test/temporary-installation.ts'
import { directoryIntegrity, integrityOf } from './file-hashes.ts'
import { readArchive } from './plugin-archive.ts'

let place: TemporaryInstallation
beforeAll(() => {
  place = new TemporaryInstallation()
})
afterAll(() => place[Symbol.dispose]())

const honest = pluginEntries('toy')
const read = (entries: readonly TarEntry[]): Promise<unknown> => readArchive(writeTarball(place.root, 'toy.tgz', entries))

test('what npm pack makes is read, and its integrities are those of npm and of the folder', async () => {
  const folder = place.plugin('toy')
  execFileSync('npm', ['pack', '--silent', '--offline', '--ignore-scripts', '--pack-destination', place.root], { cwd: folder, stdio: 'ignore' })
  const file = join(place.root, 'toys-toy-1.0.0.tgz')
  const { files, hashes, tarball } = await readArchive(file)
  expect([...files.keys()].sort()).toEqual(['package.json', 'plugin.js'])
  expect(files.get('plugin.js')).toEqual(readFileSync(join(folder, 'plugin.js')))
  expect(tarball).toBe(`sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`)
  expect(integrityOf(hashes)).toBe(await directoryIntegrity(folder))
})

test.each<[string, TarEntry, string]>([
  ['leads out of its folder', { path: 'package/../../evil.js', content: 'x' }, '"package/../../evil.js" leads out of its folder'],
  ['leads out at its end', { path: 'package/..', type: 'Directory' }, '"package/.." leads out of its folder'],
  ['is absolute', { path: '/etc/cron.d/evil', content: 'x' }, '"/etc/cron.d/evil" has an absolute path'],
  ['is absolute on Windows', { path: 'C:/evil.js', content: 'x' }, '"C:/evil.js" has a character in its name that no file of a plugin needs'],
  ['has backslashes', { path: 'package\\..\\evil.js', content: 'x' }, 'has a character in its name that no file of a plugin needs'],
  [
    'is in a second folder',
    { path: 'other/package.json', content: '{}' },
    '"other/package.json" is not below "package/", where npm pack puts everything',
  ],
  ['is a symbolic link', { path: 'package/l', type: 'SymbolicLink', linkpath: '/etc/passwd' }, '"package/l" is no plain file but a SymbolicLink'],
  ['is a link', { path: 'package/l', type: 'Link', linkpath: 'package/package.json' }, '"package/l" is no plain file but a Link'],
  ['is a device', { path: 'package/d', type: 'CharacterDevice' }, '"package/d" is no plain file but a CharacterDevice'],
  ['is a pipe', { path: 'package/p', type: 'FIFO' }, '"package/p" is no plain file but a FIFO'],
  ['is a second package.json', { path: 'package/package.json', content: '{}' }, '"package/package.json" is in it twice'],
  ['is one on a file system that ignores case', { path: 'package/Package.JSON', content: '{}' }, '"package/Package.JSON" is in it twice'],
  ['is below a file', { path: 'package/dist/plugin.js/x', content: 'x' }, '"package/dist/plugin.js/x" is below a file'],
  ['is where a folder is', { path: 'package/dist', content: 'x' }, '"package/dist" is in it twice'],
  ['is an installed package', { path: 'package/node_modules/zod/index.js', content: 'x' }, 'is an installed package'],
  ['ends with a dot', { path: 'package/package.json.', content: 'x' }, 'has a name that ends with a dot or a space'],
])('an entry that %s is refused', async (_, entry, reason) => {
  await expect(read([...honest, entry])).rejects.toThrow(reason)
})

test('bombs are refused before they take memory', async () => {
  const limits = { ...archiveLimits, unpacked: 1e6, files: 10 }
  const large = writeTarball(place.root, 'large.tgz', [...honest, { path: 'package/zeros', content: Buffer.alloc(2e6) }])
  await expect(readArchive(large, limits)).rejects.toThrow('large.tgz is refused: unpacked it has more than 1.0 MB.')
  const many = writeTarball(place.root, 'many.tgz', [...honest, ...Array.from({ length: 10 }, (_, index) => ({ path: `package/${index}` }))])
  await expect(readArchive(many, limits)).rejects.toThrow('many.tgz is refused: it has more than 10 files.')
  await expect(readArchive(many, { ...limits, packed: 10 })).rejects.toThrow('and may have 0.0 MB')
  const twice = join(place.root, 'twice.tgz')
  writeFileSync(twice, gzipSync(gzipSync(tarOf([...honest, { path: 'package/zeros', content: Buffer.alloc(2e6) }]))))
  await expect(readArchive(twice, limits)).rejects.toThrow('twice.tgz is refused: it is no tarball made by npm pack.')
})

test.each<[string, Buffer]>([
  ['no archive', Buffer.from('hello')],
  ['an empty file', Buffer.alloc(0)],
  ['a compressed text', gzipSync('hello')],
  ['a tarball that was cut', gzipSync(tarOf(honest)).subarray(0, 200)],
  ['an archive that was cut', gzipSync(tarOf(honest).subarray(0, 600))],
  ['an archive of noise', gzipSync(Buffer.alloc(4096, 'noise'))],
])('%s is refused in one sentence', async (_, content) => {
  const file = join(place.root, 'broken.tgz')
  writeFileSync(file, content)
  await expect(readArchive(file)).rejects.toThrow(/^broken\.tgz is refused: [^\n]+\.$/)
})
