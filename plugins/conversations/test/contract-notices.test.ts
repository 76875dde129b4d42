import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { testServerUrl } from '@parley/test-kit'
import { expect, test } from 'vitest'
import { carelessChannels } from './careless/careless-channels.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const cases = [...new Set(Object.values(carelessChannels).flatMap(({ noticed }) => noticed))]

/** Names of the cases that failed, by channel, of a run of the contract over all of them. */
const failed = async (): Promise<Record<string, string[]>> => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-careless-'))
  const report = join(folder, 'report.json')
  const names = cases.map((name) => name.replaceAll(/[^\w ,]/g, '.')).join('|')
  const words = ['run', '--config', here('careless/vitest.config.ts'), '--reporter=json', `--outputFile=${report}`, '-t', names]
  const env = { ...process.env, DATABASE_URL: testServerUrl(), NO_COLOR: '1' }
  try {
    await new Promise((resolve) => {
      execFile(process.execPath, [here('../../../node_modules/vitest/vitest.mjs'), ...words], { env, cwd: here('careless') }, resolve)
    })
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as { testResults: { assertionResults: Result[] }[] }
    const results = testResults.flatMap(({ assertionResults }) => assertionResults)
    return Object.fromEntries(
      Object.keys(carelessChannels).map((name) => [
        name,
        results.filter((one) => one.status === 'failed' && one.ancestorTitles[0] === `${name} as a channel`).map(({ title }) => title),
      ]),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
interface Result {
  readonly status: string
  readonly title: string
  readonly ancestorTitles: readonly string[]
}

test('the contract notices each thing a channel does wrong, and nothing else', { timeout: 240_000 }, async () => {
  expect(await failed()).toEqual(Object.fromEntries(Object.entries(carelessChannels).map(([name, { noticed }]) => [name, [...noticed]])))
})
