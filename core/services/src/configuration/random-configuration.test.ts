import { createTestHost } from '@parley/test-kit'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { filesOf, readFiles } from './configuration-files.ts'
import { shopPlugin, type Good, type Shelf } from './test-shop.ts'

const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  fc.constantFrom('yes', '012', '1e3', 'null', '~', '{{a}}', '- x', 'a: b # c', ' x ', 'a\nb\n', '\t', '$secret', '2026-01-01', 'і'),
)
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown)
const facts = fc.dictionary(
  text.filter((key) => key !== '__proto__'),
  json,
)

test('whatever a document has in it, its file is read as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ key: text, document: facts }), { maxLength: 5 }), (given) => {
      const things = [
        ...new Map(
          given.map((one) => [one.key.normalize('NFC'), { kind: 'shop/goods', key: one.key.normalize('NFC'), document: one.document }]),
        ).values(),
      ]
      const { things: read, problems } = readFiles(filesOf(things))
      expect(problems).toEqual([])
      const sorted = (list: readonly { key: string; document: unknown }[]) =>
        list.map(({ key, document }) => ({ key, document })).toSorted((a, b) => (a.key < b.key ? -1 : 1))
      expect(sorted(read)).toEqual(sorted(things))
    }),
    { numRuns: 300 },
  )
})

interface Shop {
  readonly shelves: readonly { readonly name: string; readonly above: number }[]
  readonly goods: readonly {
    readonly name: string
    readonly on: readonly number[]
    readonly token: string
    readonly facts: Record<string, unknown>
  }[]
}
const name = fc.oneof(
  fc.constantFrom('Tea', 'tea', 'TEA', 'Чай', '***'),
  text.filter((one) => one !== 'forbidden'),
)
const shop: fc.Arbitrary<Shop> = fc.record({
  shelves: fc.array(fc.record({ name, above: fc.nat(20) }), { maxLength: 8 }),
  goods: fc.array(fc.record({ name, on: fc.array(fc.nat(20), { maxLength: 3 }), token: fc.string({ minLength: 3, maxLength: 9 }), facts }), {
    maxLength: 8,
  }),
})

test('a random configuration comes back from its files, whatever the ids, and a second import changes nothing', async () => {
  await using source = await createTestHost({ plugins: [shopPlugin()] })
  await using target = await createTestHost({ plugins: [shopPlugin()] })
  const wipe = [source, target].flatMap((host) => [
    () => host.database.forPlugin('shop').query('DELETE FROM {things}'),
    () => host.database.host.query('DELETE FROM {configuration_things}'),
  ])
  const fill = (given: Shop): Promise<void> =>
    source.run('shop', async ({ db, secrets }) => {
      const insert = async (kind: string, document: Shelf | Good): Promise<string> =>
        (await db.query('INSERT INTO {things} (kind, sealed) VALUES ($1, $2) RETURNING id', [kind, secrets.seal(JSON.stringify(document))]))[0]!['id']
      const ids: string[] = []
      for (const one of given.shelves) {
        const above = ids[one.above]
        ids.push(await insert('shelf', { name: one.name, labels: [], ...(above === undefined ? {} : { above }) }))
      }
      for (const one of given.goods) {
        const shelves = one.on.flatMap((index) => ids[index] ?? [])
        await insert('good', { name: one.name, shelves, facts: one.facts, supplier: { url: 'x', token: one.token } })
      }
    })

  await fc.assert(
    fc.asyncProperty(shop, async (given) => {
      for (const step of wipe) await step()
      await fill(given)
      const exported = await source.platform.configuration.export()
      const names = (await target.platform.configuration.diff(exported.files)).missingSecrets
      expect(names).toHaveLength(given.goods.length)
      const options = {
        actor: { kind: 'system' as const, id: 'system', name: 'a test', can: () => true },
        signal: new AbortController().signal,
        secrets: Object.fromEntries(names.map((secret) => [secret.name, 'a secret'])),
      }
      expect(await target.platform.configuration.import(exported.files, options)).toMatchObject({
        applied: true,
        problems: [],
        warnings: [],
        hash: exported.hash,
      })
      expect(await target.platform.configuration.export()).toEqual(exported)
      expect(await target.platform.configuration.import(exported.files, options)).toMatchObject({ changes: [], hash: exported.hash })
    }),
    { numRuns: 25 },
  )
}, 120_000)
