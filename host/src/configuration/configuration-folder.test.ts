import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readFolder, writeFolder } from './configuration-folder.ts'
import { differenceLines } from './difference-lines.ts'

describe('the folder of the configuration', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-configuration-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const put = (path: string, text: string): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }

  test('is read without what is not configuration, and an absent one says what makes it', async () => {
    put('shop/shelves/top.yaml', 'name: Top\n')
    put('shop/shelves/odd.yml', 'name: Odd\n')
    put('.github/workflows/check.yaml', 'on: push\n')
    put('README.md', '# ours\n')
    expect(await readFolder(folder)).toEqual([
      { path: 'shop/shelves/odd.yml', text: 'name: Odd\n' },
      { path: 'shop/shelves/top.yaml', text: 'name: Top\n' },
    ])
    await expect(readFolder(join(folder, 'none'))).rejects.toThrow(/There is no folder.*parley config export/)
  })

  test('loses the files of things that are gone, and keeps those of kinds that nobody here knows', async () => {
    put('shop/shelves/gone.yaml', 'name: Gone\n')
    put('orders/rules/first.yaml', 'limit: 3\n')
    put('shop/shelves/same.yaml', 'name: Same\n')
    const before = statSync(join(folder, 'shop/shelves/same.yaml')).mtimeMs
    const files = [
      { path: 'shop/shelves/same.yaml', text: 'name: Same\n' },
      { path: 'shop/goods/tea.yaml', text: 'name: Tea\n' },
    ]
    expect(await writeFolder(folder, { files, kinds: ['shop/shelves', 'shop/goods'] })).toEqual({ written: 1, removed: 1 })
    expect(readdirSync(join(folder, 'shop/shelves'))).toEqual(['same.yaml'])
    expect(statSync(join(folder, 'shop/shelves/same.yaml')).mtimeMs).toBe(before)
    expect(readFileSync(join(folder, 'orders/rules/first.yaml'), 'utf8')).toBe('limit: 3\n')
  })
})

test('a difference is read line by line in a terminal', () => {
  const lines = differenceLines({
    changes: [
      {
        file: 'shop/goods/tea.yaml',
        kind: 'shop/goods',
        key: 'tea',
        change: 'changed',
        fields: [
          { path: 'name', before: 'Tea', after: 'Чай' },
          { path: 'facts.x', before: 1 },
        ],
        conflict: 'both',
      },
      { file: 'shop/goods/new.yaml', kind: 'shop/goods', key: 'new', change: 'added', fields: [] },
      { file: 'shop/goods/old.yaml', kind: 'shop/goods', key: 'old', change: 'removed', fields: [] },
    ],
    problems: [{ file: 'a/b/c.yaml', path: 'name', message: 'Too short' }],
    missingSecrets: [{ name: 'shop/goods/new/token', file: 'shop/goods/new.yaml', path: 'token' }],
    kept: ['orders/rules/first.yaml'],
  })
  expect(lines).toEqual([
    '~ shop/goods/tea.yaml   (! changed here too since the last export or import)',
    '    name: "Tea" → "Чай"',
    '    facts.x: 1 → nothing',
    '+ shop/goods/new.yaml',
    '- shop/goods/old.yaml   (only here; --prune removes it)',
    '',
    'Nothing can be imported before this is mended:',
    '  a/b/c.yaml › name: Too short',
    '',
    'These secrets are neither here nor given. Put them into a YAML file outside of the folder, and name it with --secrets <file>:',
    '  "shop/goods/new/token": …',
    '',
    'Nobody here knows what to do with these; an import keeps them, an export gives them back:',
    '  orders/rules/first.yaml',
  ])
})
