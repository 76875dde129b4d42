import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { buildServerPlugin } from './build-server-plugin.ts'
import { run } from './cli.ts'

const made: string[] = []
afterEach(() => Promise.all(made.splice(0).map((directory) => rm(directory, { recursive: true }))))

async function plugin(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-server-'))
  made.push(directory)
  await mkdir(join(directory, 'src/server'), { recursive: true })
  await mkdir(join(directory, 'src/api'))
  await mkdir(join(directory, 'src/page'))
  const parley = { id: 'hello', kind: 'feature', api: '^1.0', browser: { badge: './src/page/badge.ts' } }
  await writeFile(join(directory, 'package.json'), JSON.stringify({ name: '@acme/hello', version: '1.0.0', type: 'module', parley }))
  await writeFile(join(directory, 'src/api/index.ts'), `export const greeting: string = 'hello'`)
  await writeFile(
    join(directory, 'src/server/plugin.ts'),
    `import { greeting } from '../api/index.ts'\nexport default { greets: greeting as string }`,
  )
  await writeFile(join(directory, 'src/page/badge.ts'), `const text: string = 'badge'\ndocument.title = text`)
  return directory
}

test('server and api come out as modules Node runs, sharing what both use', async () => {
  const directory = await plugin()
  expect(await buildServerPlugin(directory)).toEqual(['dist/server/plugin.js', 'dist/api/index.js', 'dist/browser/badge.js'])
  const server = (await import(pathToFileURL(join(directory, 'dist/server/plugin.js')).href)) as { default: unknown }
  const api = (await import(pathToFileURL(join(directory, 'dist/api/index.js')).href)) as { greeting: string }
  expect(server.default).toEqual({ greets: 'hello' })
  expect(api.greeting).toBe('hello')
})

test('the command line says what it made, and what went wrong', async () => {
  const lines: string[] = []
  const print = (line: string): void => void lines.push(line)
  expect(await run(['build', await plugin()], print)).toBe(0)
  expect(lines).toContain('dist/server/plugin.js')
  expect(await run(['build', '/nowhere-at-all'], print)).toBe(1)
  expect(lines.at(-1)).toContain('Run this in the directory of a plugin')
  expect(await run(['biuld'], print)).toBe(2)
})
