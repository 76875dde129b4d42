import { deflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readArchive, writeArchive } from './zip-archive.ts'

const files = [
  { path: 'conversations/bots/demo-shop.yaml', text: 'name: Demo shop\n' },
  { path: 'operator-panel/topics/чай.yaml', text: 'name: Чай\n' },
]
/** What another program packed: a folder, compressed, with a comment, with files that are none of ours. */
const packedElsewhere =
  'UEsDBBQAAAAIAAAAIVwAAAAAAgAAAAAAAAAIAAAAc3RhZ2luZy8DAFBLAwQUAAAACAAAACFcHyiqZwQAAAACAAAAEQAAAHN0YWdpbmcvUkVBRE1FLm1ky8sHAFBLAwQUAAAACAAAACFcHyiqZwQAAAACAAAAEwAAAHN0YWdpbmcvLmdpdC94LnlhbWzLywcAUEsDBBQAAAgIAAAAIVwIHs/VFAAAANYAAAAXAAAAc3RhZ2luZy9hL2Iv0YfQsNC5LnlhbWzLS8xNtVK4sPzChgs7uSqGCeACAFBLAwQUAAAACAAAACFc9WVg9AoAAAAIAAAAEQAAAHN0YWdpbmcvYS9iL2MueW1sy0vMTbVScOYCAFBLAQIUAxQAAAAIAAAAIVwAAAAAAgAAAAAAAAAIAAAAAAAAAAAAAACAAQAAAABzdGFnaW5nL1BLAQIUAxQAAAAIAAAAIVwfKKpnBAAAAAIAAAARAAAAAAAAAAAAAACAASgAAABzdGFnaW5nL1JFQURNRS5tZFBLAQIUAxQAAAAIAAAAIVwfKKpnBAAAAAIAAAATAAAAAAAAAAAAAACAAVsAAABzdGFnaW5nLy5naXQveC55YW1sUEsBAhQDFAAACAgAAAAhXAgez9UUAAAA1gAAABcAAAAAAAAAAAAAAIABkAAAAHN0YWdpbmcvYS9iL9GH0LDQuS55YW1sUEsBAhQDFAAAAAgAAAAhXPVlYPQKAAAACAAAABEAAAAAAAAAAAAAAIAB2QAAAHN0YWdpbmcvYS9iL2MueW1sUEsFBgAAAAAFAAUAOgEAABIBAAAOAGJ5IGdpdCBhcmNoaXZl'

test('what is written is read again, and the same files are the same bytes', async () => {
  const archive = writeArchive(files)
  expect(await readArchive(archive)).toEqual(files)
  expect(await writeArchive(files).arrayBuffer()).toEqual(await archive.arrayBuffer())
})

test('a folder that was packed elsewhere is read without its own name, its YAML alone', async () => {
  expect(await readArchive(new Blob([Buffer.from(packedElsewhere, 'base64')]))).toEqual([
    { path: 'a/b/чай.yaml', text: `name: Чай\n${'x'.repeat(200)}\n` },
    { path: 'a/b/c.yml', text: 'name: C\n' },
  ])
})

test.each([
  ['a text', Buffer.from('name: x')],
  ['nothing', Buffer.alloc(0)],
  ['half an archive', Buffer.from(packedElsewhere, 'base64').subarray(60)],
])('%s is no archive', async (_, bytes) => {
  await expect(readArchive(new Blob([bytes]))).rejects.toMatchObject({ reason: 'notZip' })
})

test('an archive that would fill the memory is refused', async () => {
  const small = Buffer.from(await writeArchive([{ path: 'a/b/c.yaml', text: '' }]).arrayBuffer())
  const bomb = deflateRawSync(Buffer.alloc(40 * 1024 * 1024))
  const place = 30 + 'a/b/c.yaml'.length
  const directory = Buffer.from(small.subarray(place))
  directory.writeUInt16LE(8, 10)
  directory.writeUInt32LE(bomb.length, 20)
  directory.writeUInt32LE(place + bomb.length, directory.length - 6)
  await expect(readArchive(new Blob([small.subarray(0, place), bomb, directory]))).rejects.toMatchObject({ reason: 'tooLarge' })
})
