import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { run } from './cli.ts'

const told = async (...words: string[]): Promise<[code: number, text: string]> => {
  const lines: string[] = []
  const code = await run(words, (line) => void lines.push(line))
  return [code, lines.join('\n')]
}

test.each(['create', 'build', 'check', 'dev', 'pack'])('%s --help tells what it takes, and does nothing', async (command) => {
  const [code, text] = await told(command, '--help')
  expect([code, text.startsWith(`parley-plugin ${command} `)]).toEqual([0, true])
  expect(text.match(/^parley-plugin/gm)).toHaveLength(1)
  expect(await told(command, '.', '-h')).toEqual([0, text])
})

test('help tells all of them, and so does a word that is none', async () => {
  const [code, text] = await told('--help')
  expect([code, text.match(/^parley-plugin \w+ /gm)]).toEqual([
    0,
    ['create', 'build', 'check', 'dev', 'pack'].map((name) => `parley-plugin ${name} `),
  ])
  expect(await told('help')).toEqual([0, text])
  expect(await told('chek')).toEqual([2, `There is no command "chek".\n${text}`])
})

test('--version tells that of the package, before and after a command', async () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as { version: string }
  expect(await told('--version')).toEqual([0, version])
  expect(await told('check', '--version')).toEqual([0, version])
})

test('in a fresh clone, where nothing is built, it says in a sentence what to do', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-unbuilt-'))
  try {
    cpSync(join(import.meta.dirname, '../bin'), join(folder, 'bin'), { recursive: true })
    const answer = promisify(execFile)(process.execPath, [join(folder, 'bin/parley-plugin.js'), 'create', 'x'])
    await expect(answer).rejects.toMatchObject({
      code: 1,
      stderr:
        'parley-plugin is not built yet. Run "npm run pack" in the repository of Parley first: it makes this command and the packages of a plugin.\n',
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
